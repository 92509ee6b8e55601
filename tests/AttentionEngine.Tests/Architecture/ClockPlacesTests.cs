using System.Text.RegularExpressions;

namespace AttentionEngine.Tests.Architecture;

/// <summary>docs/CLOCKS.md: where streams with clocks of their own are brought together, and by which code times are found.</summary>
public sealed class ClockPlacesTests
{
    private static readonly string[] Stages = ["Core", "Capture", "Perception", "Attention", "Separation", "Pipeline"];

    [Fact]
    public void Sound_and_EEG_meet_in_one_resampler_and_nowhere_else() => Assert.Equal(
    [
        "src/AttentionEngine.Attention/Eeg/EegGridResampler.cs", // EEG onto the grid
        "src/AttentionEngine.Core/Dsp/EnvelopeExtractor.cs",     // a talker's envelope onto the grid
    ], Users(@"new GridResampler\(", Stages));

    /// <summary>Change of rate by a fixed factor: files only, never the graph.</summary>
    [Fact]
    public void The_fixed_resampler_is_not_in_the_graph() =>
        Assert.Equal(["src/AttentionEngine.Capture/Datasets/EegDatasetReader.cs", "src/AttentionEngine.Core/Dsp/Resampler.cs", "src/AttentionEngine.Core/Metrics/Estoi.cs"], Users(@"(new |\b)Resampler(\(|\.Resample\()", Stages));

    /// <summary>One causal fit of samples against stamps, whoever needs one: live, in replay, in a recorder, in the verbs of LSL, over a file.</summary>
    [Fact]
    public void Jitter_is_removed_by_one_fit_wherever_only_the_past_is_known() => Assert.Equal(
    [
        "src/AttentionEngine.Capture/LslVerbs/StreamInlet.cs", "src/AttentionEngine.Capture/Xdf/LiveDejitter.cs", "src/AttentionEngine.Pipeline/Graph/TickAudio.cs",
        "src/AttentionEngine.Pipeline/Recording/GapWatch.cs", "src/AttentionEngine.Pipeline/Replay/FittedTimes.cs", "src/AttentionEngine.Separation/Devices/DeviceInlet.cs",
    ], Users(@"new SampleClockFitter\(", Stages));

    private static List<string> Users(string pattern, string[] stages) =>
    [
        .. Repository.Files.Where(f => stages.Any(s => f.StartsWith($"src/AttentionEngine.{s}/", StringComparison.Ordinal)) && f.EndsWith(".cs", StringComparison.Ordinal)
            && File.ReadLines(Repository.PathOf(f)).Any(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(l, pattern))).Order(StringComparer.Ordinal),
    ];
}
