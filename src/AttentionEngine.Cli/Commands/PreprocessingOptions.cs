using System.CommandLine;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Commands;

/// <summary>What <c>attend decode</c> does between reading and decoding.</summary>
internal static class PreprocessingOptions
{
    private static readonly Option<string> Band = new("--band-hz") { Description = "Band-pass LOW,HIGH of EEG and envelopes, or none", DefaultValueFactory = _ => "1,9" };
    private static readonly Option<bool> Causal = new("--causal") { Description = "Filter forward only, as live, and state the delay; default: forward and backward" };
    private static readonly Option<string?> Reference = new("--reference") { Description = "average, median, mastoids, or names of channels with commas; default: as recorded" };
    private static readonly Option<bool> AverageReference = new("--average-reference") { Description = "The same as --reference average" };
    private static readonly Option<double?> LineNoiseHz = new("--line-noise-hz") { Description = "Take out the mains' frequency (50 or 60) and its multiples" };
    private static readonly Option<LineNoiseMethod> LineNoiseBy = new("--line-noise") { Description = "How: Notch, or Regression of sine and cosine", DefaultValueFactory = _ => LineNoiseMethod.Notch };
    private static readonly Option<bool> RegressEog = new("--regress-eog") { Description = "Take out what the EOG channels predict" };
    private static readonly Option<int?> Wiener = new("--wiener") { Description = "Multi-channel Wiener filter against eye and muscle artefacts, with this many samples before and after (0: spatial). No gain measured on real speech-tracking EEG, and it may hurt" };
    private static readonly Option<BadTreatment> BadChannels = new("--bad-channels") { Description = "Find flat, copied, loud and unconnected channels: Drop or Interpolate them", DefaultValueFactory = _ => BadTreatment.None };
    private static readonly Option<BadTreatment> BadSegments = new("--bad-segments") { Description = "Find windows with large artefacts: Report their share, or Blank them", DefaultValueFactory = _ => BadTreatment.None };
    private static readonly Option<string?> Montage = new("--montage") { Description = "BioSemi64: the first 64 channels, numbered in the file, are those of that cap" };
    private static readonly Option<string[]> Drop = new("--drop-channels") { Description = "Names of bad channels", AllowMultipleArgumentsPerToken = true };

    public static void AddTo(Command command)
    {
        Montage.AcceptOnlyFromAmong("BioSemi64");
        foreach (Option option in new Option[] { Band, Causal, Reference, AverageReference, LineNoiseHz, LineNoiseBy, RegressEog, Wiener, BadChannels, BadSegments, Montage, Drop }) command.Add(option);
    }

    public static PreprocessingPlan Plan(ParseResult parsed)
    {
        string band = parsed.GetValue(Band)!;
        double[] edges = band == "none" ? [] : DecodeCommand.Numbers(band, "--band-hz");
        if (edges.Length is not (0 or 2)) throw new ConfigurationException($"--band-hz {band}: expected LOW,HIGH or none.");
        string? reference = parsed.GetValue(Reference);
        if (parsed.GetValue(AverageReference))
            reference = reference is null or "average" ? "average" : throw new ConfigurationException($"--average-reference and --reference {reference} exclude each other.");
        if (parsed.GetValue(Wiener) is { } delays && delays is < 0 or > 32) throw new ConfigurationException($"--wiener {delays}: expected 0 to 32 samples.");
        if (parsed.GetValue(BadChannels) is var channels && channels is BadTreatment.Report or BadTreatment.Blank) throw new ConfigurationException($"--bad-channels {channels}: expected None, Drop or Interpolate.");
        if (parsed.GetValue(BadSegments) is var segments && segments is BadTreatment.Drop or BadTreatment.Interpolate) throw new ConfigurationException($"--bad-segments {segments}: expected None, Report or Blank.");
        return new PreprocessingPlan
        {
            BioSemi64 = parsed.GetValue(Montage) is not null, DropChannels = parsed.GetValue(Drop) ?? [], BadChannels = channels, BadSegments = segments, LineNoiseHz = parsed.GetValue(LineNoiseHz), LineNoiseMethod = parsed.GetValue(LineNoiseBy),
            RegressEog = parsed.GetValue(RegressEog), BandHz = edges.Length == 2 ? (edges[0], edges[1]) : null, Causal = parsed.GetValue(Causal), WienerDelays = parsed.GetValue(Wiener), Reference = reference,
        };
    }
}
