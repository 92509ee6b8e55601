using System.Globalization;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>What each model is, for the methods section.</summary>
internal static class ModelSentences
{
    public static string Of(DecodingModel model, DecodingJob job)
    {
        string N(double v) => v.ToString("G6", CultureInfo.InvariantCulture);
        string lags = $"EEG {N(1000 * job.MinLagS)} to {N(1000 * job.MaxLagS)} ms after the sound", bank = string.Join(", ", job.FilterBankHz.Zip(job.FilterBankHz.Skip(1), (a, b) => $"{N(a)} to {N(b)}"));
        const string Backward = "O'Sullivan et al., 2015, Cereb. Cortex 25:1697)", Ridge = "ridge regression (Crosse et al., 2016, Front. Hum. Neurosci. 10:604; " + Backward;
        return model switch
        {
            DecodingModel.LedoitWolf => $"A backward model reconstructed the attended envelope from {lags} by linear regression with a shrunk covariance (Ledoit and Wolf, 2004, J. Multivar. Anal. 88:365; {Backward}.",
            DecodingModel.Cca => $"Canonical correlation analysis paired spatial filters of the EEG with temporal filters of the envelope over lags of {N(1000 * job.MinLagS)} to {N(1000 * job.MaxLagS)} ms (de Cheveigné et al., 2018, NeuroImage 172:206); up to five pairs counted by their mean correlation on inner validation trials.",
            DecodingModel.Banded => $"A backward model reconstructed the attended envelope from {lags} in the bands {bank} Hz by ridge regression with a λ per band (Nunez-Elizalde et al., 2019, NeuroImage 197:482); the ratio of the λ was chosen with λ.",
            DecodingModel.SingleLag => $"Backward models of one lag each reconstructed the attended envelope from {lags} by {Ridge}; for the accuracy the lag was chosen with λ.",
            DecodingModel.FbCsp => $"The side of the attended talker was decoded without any sound by filter-bank common spatial patterns in the bands {bank} Hz (Geirnaert et al., 2021, IEEE Trans. Biomed. Eng. 68:1557) with a shrinkage discriminant, second by second.",
            DecodingModel.Riemann => "The side of the attended talker was decoded without any sound from the logarithms of whitened covariances of one second (after Barachant et al., 2012, IEEE Trans. Biomed. Eng. 59:920) with a shrinkage discriminant.",
            _ => $"A backward model reconstructed the attended envelope from {lags} by {Ridge}.",
        };
    }
}
