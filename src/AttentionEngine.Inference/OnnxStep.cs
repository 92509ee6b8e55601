using AttentionEngine.Core.Errors;
using Microsoft.ML.OnnxRuntime;

namespace AttentionEngine.Inference;

/// <summary>
/// One recurrent step with everything bound beforehand: pinned input and output arrays, and two bindings that swap the states, so
/// that <see cref="Run"/> allocates nothing and copies nothing. Not thread-safe.
/// </summary>
public sealed class OnnxStep : IDisposable
{
    private readonly OnnxModel _model;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding[] _bindings = new OrtIoBinding[2];
    private readonly List<OrtValue> _values = [];
    private readonly Dictionary<string, Memory<float>> _inputs = [], _outputs = [];
    private readonly Memory<float>[][] _states; // [side][state]
    private int _side;

    internal OnnxStep(OnnxModel model, ReadOnlySpan<int> dimensions)
    {
        _model = model;
        var contract = model.Contract;
        var inputs = new OrtValue[contract.Inputs.Count];
        var outputs = new OrtValue[contract.Outputs.Count];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = Make(contract.Resolve(contract.Inputs[i].Shape, dimensions), contract.Inputs[i].Name, _inputs);
        for (int i = 0; i < outputs.Length; i++) outputs[i] = Make(contract.Resolve(contract.Outputs[i].Shape, dimensions), contract.Outputs[i].Name, _outputs);
        _states = [new Memory<float>[contract.States.Count], new Memory<float>[contract.States.Count]];
        var states = new OrtValue[2, contract.States.Count];
        for (int side = 0; side < 2; side++)
            for (int s = 0; s < contract.States.Count; s++)
                states[side, s] = Make(contract.Resolve(contract.States[s].Shape, dimensions), out _states[side][s]);
        for (int side = 0; side < 2; side++)
        {
            var binding = _bindings[side] = model.Session.CreateIoBinding();
            for (int i = 0; i < inputs.Length; i++) binding.BindInput(contract.Inputs[i].Name, inputs[i]);
            for (int i = 0; i < outputs.Length; i++) binding.BindOutput(contract.Outputs[i].Name, outputs[i]);
            for (int s = 0; s < contract.States.Count; s++)
            {
                binding.BindInput(contract.States[s].Input, states[side, s]);
                binding.BindOutput(contract.States[s].Output, states[1 - side, s]);
            }
        }
        Run();
        Run();
        Reset();
    }

    /// <summary>The bound memory of an input; write it before <see cref="Run"/>.</summary>
    public Memory<float> Input(string name) => _inputs.TryGetValue(name, out var memory) ? memory
        : throw new InputDataException($"Model `{_model.Contract.Name}` has no input `{name}`; it has {string.Join(", ", _inputs.Keys)}.");

    /// <summary>The bound memory of an output; valid after <see cref="Run"/> until the next.</summary>
    public Memory<float> Output(string name) => _outputs.TryGetValue(name, out var memory) ? memory
        : throw new InputDataException($"Model `{_model.Contract.Name}` has no output `{name}`; it has {string.Join(", ", _outputs.Keys)}.");

    /// <summary>Runs one step and advances the states.</summary>
    public void Run()
    {
        _model.Session.RunWithBinding(_runOptions, _bindings[_side]);
        _side = 1 - _side;
    }

    /// <summary>Sets every state to zeros, as at the start.</summary>
    public void Reset()
    {
        foreach (var side in _states)
            foreach (var state in side) state.Span.Clear();
        _side = 0;
    }

    public void Dispose()
    {
        foreach (var binding in _bindings) binding.Dispose();
        foreach (var value in _values) value.Dispose();
        _runOptions.Dispose();
    }

    private OrtValue Make(long[] shape, string name, Dictionary<string, Memory<float>> into)
    {
        var value = Make(shape, out Memory<float> memory);
        into.Add(name, memory);
        return value;
    }

    private OrtValue Make(long[] shape, out Memory<float> memory)
    {
        long size = 1;
        foreach (long d in shape) size *= d;
        memory = Aligned((int)size);
        var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, shape);
        _values.Add(value);
        return value;
    }

    /// <summary>
    /// Pinned memory that starts at a cache line. The runtime's vector loops treat the elements before the first aligned one apart, with
    /// other roundings: at the garbage collector's whim the same step would differ in the last bit from run to run.
    /// </summary>
    private static unsafe Memory<float> Aligned(int size)
    {
        const int Line = 64;
        float[] array = GC.AllocateArray<float>(size + Line / sizeof(float), pinned: true);
        fixed (float* start = array) return array.AsMemory((int)((Line - ((nint)start & (Line - 1))) % Line) / sizeof(float), size);
    }
}
