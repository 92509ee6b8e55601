using System.Numerics;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Preprocessing;

/// <summary>Bad channels replaced by what the good ones say: the number of channels is kept, the rank is not.</summary>
internal static class ChannelInterpolation
{
    /// <param name="whole">The participant with all channels.</param>
    /// <param name="good">The same without the bad ones.</param>
    public static EegParticipant Restore(EegParticipant whole, EegParticipant good, IReadOnlyCollection<string> bad)
    {
        Vector3 At(EegChannel c) => EegPositions.Of(c) ?? throw new ConfigurationException($"Participant {whole.Id}: the position of channel {c.Name} is not known, neither from the file nor from its name, so bad channels cannot be interpolated. Give --bad-channels drop.");
        int[] from = EegPreprocessing.Indices(good, EegChannelType.Eeg);
        var spline = new SphericalSpline([.. from.Select(c => At(good.Channels[c]))]);
        int channels = whole.Channels.Count, kept = good.Channels.Count;
        double[]?[] weights = [.. whole.Channels.Select(c => bad.Contains(c.Name) ? spline.WeightsAt(At(c)) : null)];
        int[] source = [.. whole.Channels.Select(c => good.Channels.ToList().FindIndex(g => g.Name == c.Name))];
        return whole with
        {
            Trials = [.. whole.Trials.Select((trial, t) =>
            {
                double[] values = good.Trials[t].Eeg, eeg = new double[trial.Eeg.Length];
                for (int n = 0; n < eeg.Length / channels; n++)
                    for (int c = 0; c < channels; c++)
                    {
                        if (weights[c] is not { } w) { eeg[n * channels + c] = values[n * kept + source[c]]; continue; }
                        double sum = 0;
                        for (int i = 0; i < from.Length; i++) sum += w[i] * values[n * kept + from[i]];
                        eeg[n * channels + c] = sum;
                    }
                return trial with { Eeg = eeg };
            })],
        };
    }
}
