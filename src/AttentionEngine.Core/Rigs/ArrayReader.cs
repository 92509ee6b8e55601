using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Acoustics.Sofa;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Core.Rigs;

/// <summary>Reads the <c>array</c> group of a rig: microphones, rate and what stands between them (nothing, a rigid sphere, or what a SOFA file measured).</summary>
internal static class ArrayReader
{
    public static MicrophoneArray Read(YamlMap root, YamlMap map)
    {
        var head = map.Choice("head_model", null, "free_field", "rigid_sphere", "sofa") switch { "rigid_sphere" => HeadModelKind.RigidSphere, "sofa" => HeadModelKind.Measured, _ => HeadModelKind.FreeField };
        double radius = head == HeadModelKind.RigidSphere ? map.Number("sphere_radius_m", 0.03, 0.3) : 0;
        double rate = map.Number("rate_hz", 8000, 96000);
        var measured = head == HeadModelKind.Measured ? SofaFile.Read(root.ResolvePath(map.Text("sofa_file"))) : null;
        if (measured is not null && measured.HighestHz < rate / 2 * 0.999)
            throw map.Error("sofa_file", FormattableString.Invariant($"holds data up to {measured.HighestHz} Hz, but an array at rate_hz {rate} needs them up to {rate / 2} Hz; use a file measured at {rate} Hz or more (a higher rate is read exactly, no resampling needed), or lower rate_hz"));
        var microphones = new List<Microphone>();
        foreach (var m in map.Maps("microphones")) microphones.Add(ReadMicrophone(m, microphones, measured, radius));
        if (microphones.Count is < 1 or > 16) throw map.Error("microphones", $"has {microphones.Count} entries, expected 1 to 16");
        int Reference(string key)
        {
            string name = map.TextOr(key, microphones[0].Name);
            int index = microphones.FindIndex(m => m.Name == name);
            return index >= 0 ? index : throw map.Error(key, $"is `{name}`, which is not a microphone of this array; expected one of {string.Join(", ", microphones.Select(m => m.Name))}");
        }
        var array = new MicrophoneArray(head, radius, rate, microphones, Reference("left_reference"), Reference("right_reference")) { Measured = measured };
        map.Done();
        return array;
    }

    private static Microphone ReadMicrophone(YamlMap m, List<Microphone> before, MeasuredResponses? measured, double radius)
    {
        int receiver = measured is null ? 0 : m.IntegerOr("receiver", before.Count + 1, 1, 1000) - 1;
        if (measured is not null && receiver >= measured.ReceiversHeadM.Count)
            throw m.Error("receiver", $"is {receiver + 1} (counted from 1; the order in the list where it is not given), but the SOFA file has {measured.ReceiversHeadM.Count} receivers");
        var mic = new Microphone(m.Text("name"), measured is not null && !m.Has("position_m") ? measured.ReceiversHeadM[receiver] : m.Point("position_m", 10), receiver);
        m.Done();
        foreach (var other in before)
        {
            if (other.Name == mic.Name) throw m.Error("name", $"is `{mic.Name}`, which another microphone has already; names must differ");
            if (measured is not null)
            {
                if (other.Receiver == receiver) throw m.Error("receiver", $"is {receiver + 1}, which microphone `{other.Name}` is already");
                continue; // positions only draw it: a file may not know them
            }
            double distanceM = (other.PositionHeadM - mic.PositionHeadM).Norm;
            if (distanceM < 1e-3) throw m.Error("position_m", FormattableString.Invariant($"is {distanceM * 1000:F2} mm from microphone `{other.Name}`; two microphones cannot be at one place (at least 1 mm apart)"));
        }
        if (radius > 0 && Math.Abs(mic.PositionHeadM.Norm - radius) > 0.02 && mic.PositionHeadM.Norm < radius)
            throw m.Error("position_m", FormattableString.Invariant($"is {mic.PositionHeadM.Norm:F4} m from the centre, inside the rigid sphere of radius {radius} m"));
        return mic;
    }
}
