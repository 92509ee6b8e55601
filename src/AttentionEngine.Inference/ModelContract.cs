using System.Globalization;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Inference;

/// <summary>A tensor of a model's contract; always FP32.</summary>
/// <param name="Shape">Each dimension is a number, a named dimension such as <c>K</c>, or a sum such as <c>K+1</c>.</param>
/// <param name="Labels">Meaning of the last dimension's entries, or empty.</param>
public sealed record TensorContract(string Name, IReadOnlyList<string> Shape, IReadOnlyList<string> Labels);

/// <summary>A recurrent state: an output that the next step takes as input. It starts as zeros.</summary>
public sealed record StateContract(string Input, string Output, IReadOnlyList<string> Shape);

/// <summary>A dimension that the caller chooses when a step is made.</summary>
public sealed record DimensionContract(string Name, int Min, int Max);

/// <summary>What a model promises: <c>model.yaml</c> beside <c>model.onnx</c>, schema <c>attend.model/1</c>.</summary>
public sealed record ModelContract
{
    public const string Schema = "attend.model/1";
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required string Description { get; init; }

    /// <summary><c>released</c>, or <c>provisional</c>: not good enough for a claim.</summary>
    public required string Status { get; init; }
    public required string OnnxFile { get; init; }

    /// <summary>SHA-256 of the ONNX file, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Time from input to output that the model itself adds, ms.</summary>
    public required double LatencyMs { get; init; }
    public required IReadOnlyList<DimensionContract> Dimensions { get; init; }
    public required IReadOnlyList<TensorContract> Inputs { get; init; }
    public required IReadOnlyList<TensorContract> Outputs { get; init; }
    public required IReadOnlyList<StateContract> States { get; init; }

    /// <summary>File of recorded inputs and outputs, and how far a replay may differ.</summary>
    public required string GoldenFile { get; init; }
    public required double GoldenTolerance { get; init; }

    /// <summary>Reads and checks a contract.</summary>
    /// <exception cref="InputDataException">Missing, malformed, unknown keys.</exception>
    public static ModelContract Read(string file)
    {
        try
        {
            var map = YamlMap.Load(file, Schema);
            var golden = map.Map("golden");
            var contract = new ModelContract
            {
                Name = map.Text("name"),
                Version = map.Text("version"),
                Description = map.Text("description"),
                Status = map.Choice("status", null, "released", "provisional"),
                OnnxFile = map.Text("file"),
                Sha256 = map.Text("sha256"),
                LatencyMs = map.Number("latency_ms", 0, 1e5),
                Dimensions = map.Maps("dimensions").Select(ReadDimension).ToList(),
                Inputs = map.Maps("inputs").Select(ReadTensor).ToList(),
                Outputs = map.Maps("outputs").Select(ReadTensor).ToList(),
                States = map.Maps("states").Select(ReadState).ToList(),
                GoldenFile = golden.Text("file"),
                GoldenTolerance = golden.Number("tolerance", 0, 1),
            };
            golden.Done();
            map.Done();
            return contract;
        }
        catch (ConfigurationException e)
        {
            throw new InputDataException($"The model cannot be used: {e.Message}", e);
        }
    }

    public TensorContract? FindInput(string name) => Inputs.FirstOrDefault(t => t.Name == name);

    /// <summary>The numbers of a shape under chosen dimensions.</summary>
    /// <param name="chosen">Values of the named dimensions, in the order of <see cref="Dimensions"/>.</param>
    public long[] Resolve(IReadOnlyList<string> shape, ReadOnlySpan<int> chosen)
    {
        var result = new long[shape.Count];
        for (int i = 0; i < result.Length; i++)
        {
            string[] parts = shape[i].Split('+');
            foreach (string part in parts)
            {
                if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) { result[i] += number; continue; }
                int at = Dimensions.ToList().FindIndex(d => d.Name == part.Trim());
                if (at < 0) throw new InputDataException($"Model `{Name}`: dimension `{shape[i]}` is neither a number nor one of the contract's `dimensions` ({string.Join(", ", Dimensions.Select(d => d.Name))}).");
                result[i] += chosen[at];
            }
        }
        return result;
    }

    private static DimensionContract ReadDimension(YamlMap map)
    {
        var dimension = new DimensionContract(map.Text("name"), map.Integer("min", 1, 1 << 20), map.Integer("max", 1, 1 << 20));
        map.Done();
        return dimension;
    }

    private static TensorContract ReadTensor(YamlMap map)
    {
        map.Choice("dtype", null, "float32");
        var tensor = new TensorContract(map.Text("name"), map.Texts("shape"), map.Has("labels") ? map.Texts("labels") : []);
        map.Done();
        return tensor;
    }

    private static StateContract ReadState(YamlMap map)
    {
        map.Choice("dtype", null, "float32");
        var state = new StateContract(map.Text("input"), map.Text("output"), map.Texts("shape"));
        map.Done();
        return state;
    }
}
