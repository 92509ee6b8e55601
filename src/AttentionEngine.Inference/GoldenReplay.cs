using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Inference;

/// <summary>The result of replaying a model's recorded inputs.</summary>
/// <param name="Steps">Steps replayed from zero states.</param>
/// <param name="WorstDifference">Largest absolute difference from the recorded outputs.</param>
public sealed record GoldenResult(int Steps, double WorstDifference, string WorstOutput, double Tolerance)
{
    public bool Passed => Steps > 0 && WorstDifference <= Tolerance;
}

/// <summary>
/// Replays a model's golden file: an npz with <c>in_NAME</c> [steps × shape] for every input, <c>out_NAME</c> [steps × shape] for
/// every output, and <c>dimensions</c> [named dimensions], all FP32, states starting at zero.
/// </summary>
public static class GoldenReplay
{
    public static GoldenResult Run(OnnxModel model)
    {
        string file = Path.Combine(model.Folder, model.Contract.GoldenFile);
        var arrays = NpyReader.ReadNpz(file);
        NpyArray Take(string name) => arrays.TryGetValue(name, out var a) ? a
            : throw new InputDataException($"{file} has no array `{name}`; a golden file of model `{model.Contract.Name}` needs one.");
        int[] dimensions = [.. Take("dimensions").ToSingles().Select(v => (int)v)];
        if (dimensions.Length != model.Contract.Dimensions.Count) throw new InputDataException($"{file}: `dimensions` has {dimensions.Length} values, the contract has {model.Contract.Dimensions.Count}.");
        using var step = model.CreateStep(dimensions);
        var inputs = model.Contract.Inputs.Select(t => (Bound: step.Input(t.Name), Recorded: Take("in_" + t.Name).ToSingles())).ToList();
        var outputs = model.Contract.Outputs.Select(t => (t.Name, Bound: step.Output(t.Name), Recorded: Take("out_" + t.Name).ToSingles())).ToList();
        int steps = inputs[0].Recorded.Length / inputs[0].Bound.Length;
        foreach (var (bound, recorded) in inputs.Select(i => (i.Bound, i.Recorded)).Concat(outputs.Select(o => (o.Bound, o.Recorded))))
            if (recorded.Length != steps * bound.Length) throw new InputDataException($"{file}: arrays disagree about the number of steps ({steps}) under the contract's shapes.");
        double worst = 0;
        string worstOutput = "";
        for (int t = 0; t < steps; t++)
        {
            foreach (var (bound, recorded) in inputs) recorded.AsSpan(t * bound.Length, bound.Length).CopyTo(bound.Span);
            step.Run();
            foreach (var (name, bound, recorded) in outputs)
                for (int i = 0; i < bound.Length; i++)
                {
                    double difference = Math.Abs(bound.Span[i] - recorded[t * bound.Length + i]);
                    if (difference > worst || double.IsNaN(difference)) (worst, worstOutput) = (double.IsNaN(difference) ? double.PositiveInfinity : difference, name);
                }
        }
        return new GoldenResult(steps, worst, worstOutput, model.Contract.GoldenTolerance);
    }
}
