using System.Net;
using System.Text.Json;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Core.Rigs;

/// <summary>Reads the <c>steering_out</c> group of a rig.</summary>
internal static class SteeringOutReader
{
    private const string Forbidden = " #*,?[]";
    private static readonly string[] Names = [.. Enum.GetNames<SteeringValue>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    public static SteeringOutSettings? Read(YamlMap? map)
    {
        if (map is null) return null;
        var settings = new SteeringOutSettings(map.MapOrNull("lsl") is { } lsl ? ReadLsl(lsl) : null, map.MapOrNull("osc") is { } osc ? ReadOsc(osc) : null);
        map.Done();
        return settings;
    }

    private static SteeringLslSettings ReadLsl(YamlMap map)
    {
        string name = map.TextOr("name", "steering");
        SteeringIndexBank? bank = null;
        if (map.MapOrNull("index_bank") is { } b)
        {
            bank = new SteeringIndexBank(b.TextOr("name", "steering_index"), b.Number("first_deg", -360, 360), b.Number("step_deg", -180, 180), b.Integer("count", 1, 1000));
            b.Done();
            if (bank.StepDeg == 0) throw b.Error("step_deg", "is 0; expected the angle from one beam of the bank to the next (negative for a bank that counts to the right)");
            if (Math.Abs(bank.StepDeg) * (bank.Count - 1) >= 360) throw b.Error("count", FormattableString.Invariant($"is {bank.Count}: beams every {bank.StepDeg} degrees go round more than once; expected at most {Math.Ceiling(360 / Math.Abs(bank.StepDeg))}"));
            if (bank.StreamName == name) throw b.Error("name", $"is `{name}`, the name of the stream of angles too; two streams need two names");
        }
        map.Done();
        return new SteeringLslSettings(name, bank);
    }

    private static SteeringOscSettings ReadOsc(YamlMap map)
    {
        string host = map.TextOr("host", "127.0.0.1");
        if (!IPAddress.TryParse(host, out var address)) throw map.Error("host", $"is `{host}`, expected the IP address of the receiver (127.0.0.1 for this machine)");
        int port = map.Integer("port", 1, 65535);
        bool bundle = map.FlagOr("bundle", true);
        var messages = new List<SteeringOscMessage>();
        foreach (var m in map.Maps("messages"))
        {
            string osc = m.Text("address");
            if (osc.Length < 2 || osc[0] != '/' || osc.Any(c => c < 33 || c > 126 || Forbidden.Contains(c, StringComparison.Ordinal)) || osc.Replace("{id}", "", StringComparison.Ordinal).AsSpan().IndexOfAny('{', '}') >= 0)
                throw m.Error("address", $"is `{osc}`, expected an OSC address such as /talker/{{id}}/azimuth: it starts with /, and holds no space and none of # * , ? [ ] but {{id}} for the talker's name");
            var values = new List<SteeringValue>();
            foreach (string text in m.Texts("values"))
            {
                int index = Array.IndexOf(Names, text);
                if (index < 0) throw m.Error("values", $"has `{text}`, expected some of {string.Join(", ", Names)}");
                values.Add((SteeringValue)index);
            }
            var message = new SteeringOscMessage(osc, values);
            if (!message.PerTalker && values.FirstOrDefault(v => v < SteeringValue.AmbientGain, SteeringValue.AttendedId) is var own && own < SteeringValue.AmbientGain)
                throw m.Error("values", $"has `{Names[(int)own]}`, which each talker has, but the address `{osc}` names no talker; put {{id}} into it");
            if (values.Count is < 1 or > 32) throw m.Error("values", $"has {values.Count} entries, expected 1 to 32");
            m.Done();
            messages.Add(message);
        }
        map.Done();
        if (messages.Count is < 1 or > 64) throw map.Error("messages", $"has {messages.Count} entries, expected 1 to 64");
        return new SteeringOscSettings(new IPEndPoint(address, port), bundle, messages);
    }
}
