using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// What a causal decoder waits for from the oldest sound of a window to its decision, beside the window itself. EEG and envelope come by ways of their own;
/// the slower one counts. Group delays are those at the middle of each band.
/// </summary>
/// <param name="BankS">Of the decoder's own filter bank, on the EEG.</param>
/// <param name="EnvelopeS">Of making the envelope from sound; NaN where the data set came with envelopes, for this is then unknown; 0 where no sound is used.</param>
internal sealed record CausalLatency(FilterDelays Filters, double BankS, double LagS, double EnvelopeS)
{
    public double EegS => Filters.LineNoiseS + Filters.BandPassS + BankS + LagS;

    public double SoundS => Filters.BandPassS + (double.IsNaN(EnvelopeS) ? 0 : EnvelopeS);

    /// <summary>Without the window.</summary>
    public double TotalS => Math.Max(EegS, SoundS);

    public static CausalLatency Of(EegParticipant participant, DecodingJob job, double lagS) =>
        new(job.FilterDelays, job.Causal && job.Model is DecodingModel.Banded or DecodingModel.FbCsp ? Bank(job, participant.RateHz) : 0, lagS, job.Model.IsSpatial() ? 0 : participant.EnvelopeDelayS);

    public string Text(IReadOnlyList<double> windowsS)
    {
        string extraction = double.IsNaN(EnvelopeS) ? "; how long the envelopes of the data set took to make is not known and not in it" : FormattableString.Invariant($"; sound: envelope {1000 * EnvelopeS:0} ms + band-pass {1000 * Filters.BandPassS:0} ms");
        return FormattableString.Invariant($"causal: total latency {1000 * TotalS:0} ms + the window (EEG: line-noise notch {1000 * Filters.LineNoiseS:0} ms + band-pass {1000 * Filters.BandPassS:0} ms + filter bank {1000 * BankS:0} ms + lags {1000 * LagS:0} ms")
            + (EnvelopeS == 0 ? "" : extraction) + "): " + string.Join(", ", windowsS.Select(w => FormattableString.Invariant($"{w:G4} s window {TotalS + w:0.##} s"))) + " from the oldest sound to its decision";
    }

    /// <summary>Of the slowest band.</summary>
    private static double Bank(DecodingJob job, double rateHz) => Enumerable.Range(0, job.FilterBankHz.Count - 1)
        .Max(b => ButterworthDesign.GroupDelayS(ButterworthDesign.BandPass(ReconstructionModel.FilterOrder, job.FilterBankHz[b], job.FilterBankHz[b + 1], rateHz), Math.Sqrt(job.FilterBankHz[b] * job.FilterBankHz[b + 1]), rateHz));
}
