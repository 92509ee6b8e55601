using AttentionEngine.Core.Errors;
using AttentionEngine.Inference;

namespace AttentionEngine.Separation.Design.Masks;

/// <summary>Masks from the network of <c>models/masks</c>, one recurrent step a frame. A step for each number of talkers is made beforehand.</summary>
internal sealed class NetworkMasks : IMaskSource, IDisposable
{
    /// <summary>How far the second set of masks looks ahead.</summary>
    public const int AheadFrames = 2;

    private readonly OnnxModel _model;
    private readonly OnnxStep[] _steps; // [K − 1]
    private readonly int _bins;
    private OnnxStep _step;
    private int _talkers = 1;

    /// <exception cref="InputDataException">No such model, or one with another contract.</exception>
    public NetworkMasks(string folder, int bins, int maxTalkers)
    {
        _bins = bins;
        _model = OnnxModel.Load(folder);
        try
        {
            var contract = _model.Contract;
            string[] wanted = ["K", $"{MaskFeatures.Count}", $"{bins}"];
            if (contract.FindInput("features") is not { } input || !input.Shape.SequenceEqual(wanted) || contract.Dimensions is not [{ Name: "K" } talkers])
                throw new InputDataException($"The mask model {folder} does not fit: its contract must have an input `features` [{string.Join(", ", wanted)}] and one dimension `K`. Give a model made by models/training/masks.");
            if (maxTalkers > talkers.Max)
                throw new ConfigurationException($"The mask model {folder} takes up to {talkers.Max} talkers, the rig has {maxTalkers}.");
            _steps = [.. Enumerable.Range(1, maxTalkers).Select(k => _model.CreateStep(k))];
            _step = _steps[0];
        }
        catch
        {
            _model.Dispose();
            throw;
        }
    }

    public void Reset(int talkers)
    {
        _talkers = talkers;
        _step = _steps[talkers - 1];
        _step.Reset();
    }

    public void Estimate(ReadOnlySpan<float> features, double[][] now, double[][] ahead)
    {
        features[..(_talkers * MaskFeatures.Count * _bins)].CopyTo(_step.Input("features").Span);
        _step.Run();
        Copy(_step.Output("masks_now").Span, now);
        Copy(_step.Output("masks_ahead").Span, ahead);
    }

    public void Dispose()
    {
        foreach (var step in _steps) step.Dispose();
        _model.Dispose();
    }

    private void Copy(ReadOnlySpan<float> from, double[][] to)
    {
        for (int c = 0; c <= _talkers; c++)
            for (int b = 0; b < _bins; b++) to[c][b] = from[c * _bins + b];
    }
}
