using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>How many dimensions the scalp channels span: an average reference, interpolation and removed components each take some.</summary>
public static class ScalpRank
{
    /// <summary>Eigenvalues below this share of the largest one are rounding.</summary>
    private const double SmallestShare = 1e-10;

    public static int Of(DenseAlgebra algebra, EegParticipant participant)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        ArgumentNullException.ThrowIfNull(participant);
        int[] scalp = EegPreprocessing.Indices(participant, EegChannelType.Eeg);
        int m = scalp.Length, channels = participant.Channels.Count;
        var covariance = new double[m * m];
        foreach (var trial in participant.Trials)
        {
            int samples = trial.Eeg.Length / channels;
            var centred = new double[samples * m];
            for (int c = 0; c < m; c++)
            {
                double mean = 0;
                for (int n = 0; n < samples; n++) mean += trial.Eeg[n * channels + scalp[c]] / samples;
                for (int n = 0; n < samples; n++) centred[n * m + c] = trial.Eeg[n * channels + scalp[c]] - mean;
            }
            algebra.Multiply(true, false, m, m, samples, 1, centred, m, centred, m, 1, covariance, m);
        }
        var values = new double[m];
        algebra.SymmetricEigen(covariance, m, values);
        return values.Count(v => v > SmallestShare * values[^1]);
    }

    /// <summary>Adds a flag where the rank is lower than the number of scalp channels.</summary>
    public static EegDataset Flag(DenseAlgebra algebra, EegDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return dataset with { Participants = [.. dataset.Participants.Select(p =>
        {
            int scalp = EegPreprocessing.Indices(p, EegChannelType.Eeg).Length, rank = Of(algebra, p);
            return rank == scalp ? p : p with { Flags = [.. p.Flags, $"the {scalp} scalp channels have rank {rank} (average reference, interpolation or removed components): ridge decoders stay valid with λ above 0; methods that invert the covariance need shrinkage or fewer channels"] };
        })] };
    }
}
