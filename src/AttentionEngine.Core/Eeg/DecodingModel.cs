namespace AttentionEngine.Core.Eeg;

/// <summary>What is fitted.</summary>
public enum DecodingModel
{
    /// <summary>Backward model by ridge regression, λ by nested leave-one-trial-out.</summary>
    Ridge,

    /// <summary>Backward model with analytic shrinkage of the covariance (Ledoit and Wolf 2004): nothing is searched.</summary>
    LedoitWolf,

    /// <summary>Canonical correlation of EEG and lagged envelope.</summary>
    Cca,

    /// <summary>Backward ridge regression with a λ for each band of the EEG.</summary>
    Banded,

    /// <summary>Backward ridge regression at one lag, which the inner loop chooses; and the curve over lags.</summary>
    SingleLag,

    /// <summary>Filter-bank common spatial patterns: where the attended talker is.</summary>
    FbCsp,

    /// <summary>Tangent space of covariances: the same.</summary>
    Riemann,
}

/// <summary>Names of models on the command line, in files and tables.</summary>
public static class DecodingModels
{
    private static readonly (DecodingModel Model, string Name)[] All =
        [(DecodingModel.Ridge, "ridge"), (DecodingModel.LedoitWolf, "lw"), (DecodingModel.Cca, "cca"), (DecodingModel.Banded, "banded"), (DecodingModel.SingleLag, "single-lag"), (DecodingModel.FbCsp, "fb-csp"), (DecodingModel.Riemann, "riemann")];

    public static IEnumerable<string> Names => All.Select(m => m.Name);

    public static string NameOf(DecodingModel model) => All.Single(m => m.Model == model).Name;

    /// <returns>Null: no model has that name.</returns>
    public static DecodingModel? Named(string name) => All.Where(m => m.Name == name).Select(m => (DecodingModel?)m.Model).FirstOrDefault();

    /// <summary>Whether it decodes a place and sees no sound.</summary>
    public static bool IsSpatial(this DecodingModel model) => model is DecodingModel.FbCsp or DecodingModel.Riemann;
}
