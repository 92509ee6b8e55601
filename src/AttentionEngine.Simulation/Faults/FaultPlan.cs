using System.Globalization;
using System.Text.RegularExpressions;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Simulation.Faults;

/// <summary>
/// What goes wrong in a simulated laboratory, and when: <c>KIND[:STREAM]@AT[+FOR]</c>, several with commas between, for example
/// <c>drop:gaze@4+0.3,stall:head@6+2,die:eeg@9+1.5,jump:gaze@14-0.5,xrun@16</c>; <c>typical</c> is one of each kind, spread over the run.
/// </summary>
public sealed partial class FaultPlan
{
    private const double BurstS = 0.25;
    private readonly List<Fault> _faults;

    private FaultPlan(List<Fault> faults) => _faults = faults;

    public static FaultPlan None { get; } = new([]);
    public IReadOnlyList<Fault> Faults => _faults;

    /// <param name="seconds">Length of the run.</param>
    /// <exception cref="ConfigurationException">A part is not understood, lies outside the run, or names a stream that the rig does not have.</exception>
    public static FaultPlan Parse(string text, double seconds, Rig rig)
    {
        if (text == "typical") return new FaultPlan([.. Typical(seconds).Where(f => rig.Find(f.Role) is not null)]);
        return new FaultPlan([.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => ParseOne(part, seconds, rig))]);
    }

    private static Fault[] Typical(double seconds) =>
    [
        new(FaultKind.Drop, StreamRole.Gaze, 0.15 * seconds, Math.Min(0.3, seconds / 20)), new(FaultKind.Xrun, StreamRole.Audio, 0.25 * seconds, 0.15),
        new(FaultKind.Stall, StreamRole.Head, 0.3 * seconds, Math.Min(2, seconds / 10)), new(FaultKind.Burst, StreamRole.Eeg, 0.35 * seconds, seconds / 10),
        new(FaultKind.Die, StreamRole.Gaze, 0.4 * seconds, Math.Min(1.5, seconds / 10)), new(FaultKind.Drop, StreamRole.Audio, 0.55 * seconds, 0.05),
        new(FaultKind.Jump, StreamRole.Eeg, 0.65 * seconds, 0.5),
    ];

    private static Fault ParseOne(string part, double seconds, Rig rig)
    {
        var match = Grammar().Match(part);
        if (!match.Success || !Enum.TryParse<FaultKind>(match.Groups["kind"].Value, ignoreCase: true, out var kind))
            throw new ConfigurationException($"--faults: '{part}' is not understood; expected KIND[:STREAM]@SECONDS[+SECONDS] with KIND {string.Join(", ", Enum.GetNames<FaultKind>()).ToLowerInvariant()}, for example stall:gaze@5+2, or typical.");
        string name = match.Groups["stream"].Value;
        StreamRole role = StreamRole.Audio;
        if (name.Length > 0 ? !Enum.TryParse(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out role) || rig.Find(role) is null : kind != FaultKind.Xrun)
            throw new ConfigurationException($"--faults: '{part}' {(name.Length > 0 ? $"names the stream '{name}'" : "names no stream")}; the rig has {string.Join(", ", rig.Streams.Select(s => s.Role)).ToLowerInvariant()}.");
        double atS = double.Parse(match.Groups["at"].Value, CultureInfo.InvariantCulture);
        double forS = match.Groups["for"].Success ? double.Parse(match.Groups["for"].Value, CultureInfo.InvariantCulture) : kind == FaultKind.Xrun ? 0.15 : kind == FaultKind.Drop ? 0.1 : 1;
        var fault = new Fault(kind, role, atS, forS);
        if (atS >= seconds || (kind != FaultKind.Jump && !(forS > 0)) || (kind == FaultKind.Xrun && role != StreamRole.Audio) || forS == 0)
            throw new ConfigurationException(FormattableString.Invariant($"--faults: '{part}' cannot be: it must begin before the end of the run ({seconds} s) and last longer than 0 s; only jump may be negative; xrun is of the audio."));
        return fault;
    }

    /// <summary>When a chunk reaches the network, or null when it never does.</summary>
    /// <param name="arrivalS">When it would without faults, seconds since the start of the scene.</param>
    public double? Arrival(StreamRole role, double arrivalS)
    {
        double atS = arrivalS;
        foreach (var fault in _faults)
        {
            if (fault.Role != role || arrivalS < fault.AtS || arrivalS >= fault.EndS) continue;
            if (fault.Loses(arrivalS)) return null;
            if (fault.Kind is FaultKind.Stall or FaultKind.Xrun) atS = Math.Max(atS, fault.EndS);
            if (fault.Kind == FaultKind.Burst) atS = Math.Max(atS, Math.Min(fault.EndS, fault.AtS + BurstS * Math.Ceiling((arrivalS - fault.AtS) / BurstS)));
        }
        return atS;
    }

    /// <summary>Whether the stream's clock jumps at some time: then it needs a clock of its own.</summary>
    public bool Jumps(StreamRole role) => _faults.Exists(f => f.Kind == FaultKind.Jump && f.Role == role);

    /// <summary>How far the stream's clock is ahead at a time, seconds.</summary>
    public double ClockShiftS(StreamRole role, double timeS) => _faults.Where(f => f.Kind == FaultKind.Jump && f.Role == role && timeS >= f.AtS).Sum(f => f.ForS);

    [GeneratedRegex(@"^(?<kind>[a-z]+)(:(?<stream>[a-z_]+))?@(?<at>\d+(\.\d+)?)(?<for>[+-]\d+(\.\d+)?)?$")]
    private static partial Regex Grammar();
}
