using AttentionEngine.Attention.Features;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;
using AttentionEngine.Inference;

namespace AttentionEngine.Attention;

/// <summary>The fusion model of <c>models/fusion</c>: experts and filter in one step graph. Filters made from it must be disposed before it.</summary>
public sealed class FusionNetwork : IDisposable
{
    private readonly OnnxModel _model;

    /// <param name="folder">Folder with model.yaml and model.onnx.</param>
    /// <exception cref="InputDataException">Missing or corrupt, or made for other features than this engine computes.</exception>
    public FusionNetwork(string folder)
    {
        _model = OnnxModel.Load(folder);
        var labels = _model.Contract.FindInput("features")?.Labels ?? [];
        if (labels.SequenceEqual(FeatureLayout.Names)) return;
        int at = Enumerable.Range(0, Math.Max(labels.Count, FeatureLayout.Count)).First(i => labels.ElementAtOrDefault(i) != FeatureLayout.Names.ElementAtOrDefault(i));
        _model.Dispose();
        throw new InputDataException($"Model {folder} was trained on other features: number {at + 1} is `{labels.ElementAtOrDefault(at) ?? "absent"}`, this engine computes `{FeatureLayout.Names.ElementAtOrDefault(at) ?? "none"}`. Train it again with models/training/train_fusion.sh.");
    }

    public ModelContract Contract => _model.Contract;

    /// <summary>A filter with its own state for K talkers.</summary>
    public FusionFilter CreateFilter(int talkers) => new(_model.CreateStep(talkers), talkers);

    public void Dispose() => _model.Dispose();
}

/// <summary>
/// One recursion of belief over K talkers and none: log posterior = log prior + Σ nats − log Z. A second one on the same features with
/// fewer modalities available is the single-sense baseline. No allocation per step.
/// </summary>
public sealed class FusionFilter : IDisposable
{
    private readonly OnnxStep _step;
    private readonly int _talkers;
    private readonly Memory<float> _features, _available, _dtS, _posterior, _nats, _logPrior;

    internal FusionFilter(OnnxStep step, int talkers)
    {
        (_step, _talkers) = (step, talkers);
        (_features, _available, _dtS) = (step.Input("features"), step.Input("available"), step.Input("dt_s"));
        (_posterior, _nats, _logPrior) = (step.Output("posterior"), step.Output("evidence_nats"), step.Output("log_prior"));
    }

    /// <param name="features">[K × F] in the order of <see cref="FeatureLayout.Names"/>, finite.</param>
    /// <param name="available">[modalities] 1 or 0; 0 gives exactly no nats, whatever the features hold.</param>
    /// <param name="dtS">Time since the last step, seconds.</param>
    public void Step(ReadOnlySpan<float> features, ReadOnlySpan<float> available, double dtS, AttentionEstimate estimate)
    {
        features.CopyTo(_features.Span);
        available.CopyTo(_available.Span);
        _dtS.Span[0] = (float)dtS;
        _step.Run();
        estimate.Count = _talkers;
        _posterior.Span.CopyTo(estimate.Posterior);
        _nats.Span.CopyTo(estimate.EvidenceNats);
        _logPrior.Span.CopyTo(estimate.LogPrior);
    }

    /// <summary>Back to a uniform belief.</summary>
    public void Reset() => _step.Reset();

    public void Dispose() => _step.Dispose();
}
