using System.Globalization;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Cli.Runs;

/// <summary>How much memory decoding takes at most, said before it starts.</summary>
internal static class MemoryBound
{
    /// <summary>λ that are solved together, and arrays of their solutions that live at once.</summary>
    private const int LambdasAtOnce = 5, SolutionArrays = 5;

    /// <summary>Runtime, libraries, report.</summary>
    private const double Base = 250e6;

    /// <summary>Memory of a task over what lives in it, as found by measuring: garbage, holes between arrays, the library's own. Garbage is collected from the smaller share on.</summary>
    private const double MeasuredShare = 3.0, CollectedShare = 1.3;

    /// <summary>Managed bytes from which garbage is collected: the data as read and as they came out of the filters, the largest task, and some garbage.</summary>
    public static double CollectAtBytes(EegDataset dataset, IReadOnlyList<DecodingJob> jobs) => Bytes(dataset, jobs, CollectedShare);

    private static double Bytes(EegDataset dataset, IReadOnlyList<DecodingJob> jobs, double share) => Base + Data(dataset) + share * dataset.Participants.Max(p => jobs.Max(j => OfTask(p, j)));

    public static string Text(EegDataset dataset, IReadOnlyList<DecodingJob> jobs) =>
        string.Create(CultureInfo.InvariantCulture, $"memory: at most about {Bytes(dataset, jobs, MeasuredShare) / 1e9:F1} GB ({Data(dataset) / 1e9:F2} GB of it the data of {dataset.Participants.Count} participants; each process of --jobs or of the cluster holds one)");

    private static double Data(EegDataset dataset) => 2.0 * sizeof(double) * dataset.Participants.Sum(p => p.Trials.Sum(t => (double)t.Eeg.Length + t.Envelopes.Sum(e => e.Length)));

    private static double OfTask(EegParticipant p, DecodingJob job)
    {
        int trials = p.Trials.Count, channels = p.Channels.Count(c => c.Type == EegChannelType.Eeg), lags = (int)Math.Ceiling((job.MaxLagS - job.MinLagS) * p.RateHz) + 1, talkers = p.Trials[0].Envelopes.Length;
        double samples = p.Trials.Max(t => t.Samples), square = (double)channels * channels;
        if (job.Model is DecodingModel.FbCsp or DecodingModel.Riemann) return 8 * (job.FilterBankHz.Count * square + 40 * channels) * p.Trials.Sum(t => t.Samples) / p.RateHz;
        if (job.Model == DecodingModel.Cca) return 8 * (2 * trials * (square + lags * lags) + samples * (channels + lags) * 2);
        double n = channels * (job.Model == DecodingModel.SingleLag ? 1 : lags) * (double)(job.Model == DecodingModel.Banded ? job.FilterBankHz.Count - 1 : 1);
        // A covariance per trial, their sum, what is factorised, one factor per λ; solutions; predictions of a permuted trial, twice.
        double permutation = job.Permutations == 0 ? 0 : 2.0 * trials * talkers * (samples + n) + 250 * samples;
        return 8 * ((trials + 3 + LambdasAtOnce) * n * n + SolutionArrays * LambdasAtOnce * trials * (trials - 1) / 2.0 * n + permutation);
    }
}
