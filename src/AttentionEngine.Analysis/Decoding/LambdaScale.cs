using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.Decoding;

/// <summary>
/// From a ridge parameter as a user states it to what is added to the diagonal of Σ x xᵀ (sum over training samples):
/// ours λ · trace/n; mTRF-Toolbox λ · rate; mTRFpy λ · rate · training trials; MNE (naplib, scikit-learn) alpha itself.
/// </summary>
/// <param name="Trials">Training trials.</param>
/// <param name="MeanDiagonal">Mean of the diagonal of the centred Σ x xᵀ of the training samples.</param>
public readonly record struct LambdaScale(LambdaConvention Convention, double RateHz, int Trials, double MeanDiagonal)
{
    /// <summary>What is added to the diagonal of the sum.</summary>
    public double ToDiagonal(double lambda) => lambda * Unit;

    /// <summary>The inverse: the parameter in this convention.</summary>
    public double FromDiagonal(double diagonal) => diagonal / Unit;

    private double Unit => Convention switch
    {
        LambdaConvention.PerSample => MeanDiagonal,
        LambdaConvention.MtrfToolbox => RateHz,
        LambdaConvention.Mtrfpy => RateHz * Trials,
        LambdaConvention.Mne => 1,
        _ => throw new ConfigurationException($"Unknown convention {Convention} of the ridge parameter."),
    };
}
