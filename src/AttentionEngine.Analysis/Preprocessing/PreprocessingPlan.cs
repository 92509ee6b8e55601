using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>What is done with channels, or segments, that are found bad.</summary>
public enum BadTreatment
{
    /// <summary>They are not looked for.</summary>
    None,

    /// <summary>Channels are left out.</summary>
    Drop,

    /// <summary>Channels are replaced by spherical splines.</summary>
    Interpolate,

    /// <summary>Segments are counted and left in.</summary>
    Report,

    /// <summary>Segments are faded to zero.</summary>
    Blank,
}

/// <summary>All steps between reading and decoding, in the order in which they are done; each adds a line to the provenance.</summary>
public sealed record PreprocessingPlan
{
    private const int FilterOrder = 2;

    /// <summary>The first 64 of channels without names are those of a BioSemi cap, in its order.</summary>
    public bool BioSemi64 { get; init; }

    /// <summary>Names of channels that are left out before anything else.</summary>
    public IReadOnlyList<string> DropChannels { get; init; } = [];

    /// <summary>None, Drop or Interpolate.</summary>
    public BadTreatment BadChannels { get; init; }

    /// <summary>The mains' frequency; null: no removal.</summary>
    public double? LineNoiseHz { get; init; }

    public LineNoiseMethod LineNoiseMethod { get; init; }
    public bool RegressEog { get; init; }

    /// <summary>Band-pass edges of EEG and envelopes; null: the data are left as they are.</summary>
    public (double Low, double High)? BandHz { get; init; }

    /// <summary>Filters go forward only.</summary>
    public bool Causal { get; init; }

    /// <summary>Samples before and after that the Wiener filter sees; null: no such filter.</summary>
    public int? WienerDelays { get; init; }

    /// <summary>average, median, mastoids or names; null: as recorded.</summary>
    public string? Reference { get; init; }

    /// <summary>None, Report or Blank.</summary>
    public BadTreatment BadSegments { get; init; }

    /// <summary>Delays of the causal filters at the middle of the band; 0 where there are none.</summary>
    public FilterDelays DelaysAt(double rateHz)
    {
        if (!Causal) return default;
        double middleHz = BandHz is var (l, h) ? Math.Sqrt(l * h) : LineNoise.StatedAtHz;
        return new(LineNoiseHz is { } mains ? LineNoise.DelayS(mains, middleHz, rateHz) : 0,
            BandHz is var (low, high) ? ButterworthDesign.GroupDelayS(ButterworthDesign.BandPass(FilterOrder, low, high, rateHz), middleHz, rateHz) : 0);
    }

    /// <exception cref="Core.Errors.ConfigurationException">A step does not fit the data.</exception>
    /// <exception cref="Core.Errors.InputDataException">The data cannot be used, by themselves or after the steps.</exception>
    public EegDataset Apply(DenseAlgebra algebra, EegDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (BioSemi64) dataset = EegPositions.NameBioSemi64(dataset);
        if (DropChannels.Count > 0) dataset = EegPreprocessing.DropChannels(dataset, DropChannels);
        if (BadChannels != BadTreatment.None) dataset = Preprocessing.BadChannels.Treat(dataset, BandHz, BadChannels == BadTreatment.Interpolate);
        // Only now: a flat or copied channel may have been left out. A value that is not finite would spread through the filters.
        EegDatasetCheck.Check(dataset);
        if (LineNoiseHz is { } mains) dataset = LineNoise.Remove(dataset, mains, LineNoiseMethod, Causal);
        if (RegressEog) dataset = EegPreprocessing.RegressEog(dataset);
        if (BandHz is { } band) dataset = EegPreprocessing.BandPass(dataset, band.Low, band.High, FilterOrder, Causal);
        if (WienerDelays is { } delays) dataset = ArtefactWienerFilter.Remove(algebra, dataset, delays, Causal);
        if (Reference is { } reference) dataset = Rereference.To(dataset, reference);
        if (dataset.Participants.Any(p => p.Channels.Any(c => c.Type is not (EegChannelType.Eeg or EegChannelType.Eog)))) dataset = EegPreprocessing.ScalpAndEyes(dataset);
        if (BadSegments != BadTreatment.None) dataset = Preprocessing.BadSegments.Treat(dataset, BadSegments == BadTreatment.Blank);
        return ScalpRank.Flag(algebra, dataset);
    }
}
