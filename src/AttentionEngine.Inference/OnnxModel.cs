using System.Security.Cryptography;
using AttentionEngine.Core.Errors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace AttentionEngine.Inference;

/// <summary>
/// A model of <c>models/</c>: its contract and an ONNX Runtime session that has been checked against it. CPU, one thread, no
/// spinning (DEPENDENCIES.md). Steps made from it must be disposed before it.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    private OnnxModel(string folder, ModelContract contract, InferenceSession session) => (Folder, Contract, Session) = (folder, contract, session);

    public string Folder { get; }
    public ModelContract Contract { get; }
    internal InferenceSession Session { get; }

    /// <summary>Loads <c>model.yaml</c> and the ONNX file that it names from a folder.</summary>
    /// <exception cref="InputDataException">A file is missing or corrupt, or model and contract differ.</exception>
    public static OnnxModel Load(string folder)
    {
        if (!Directory.Exists(folder)) throw new InputDataException($"Model folder {folder} does not exist. Give a folder that holds model.yaml and model.onnx, for example models/fusion.");
        var contract = ModelContract.Read(Path.Combine(folder, "model.yaml"));
        string file = Path.Combine(folder, contract.OnnxFile);
        byte[] bytes;
        try { bytes = File.ReadAllBytes(file); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException($"Model file {file} cannot be read ({e.Message.TrimEnd('.')}). Restore it, or train it again with `attend train`.", e);
        }
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (hash != contract.Sha256)
            throw new InputDataException($"Model file {file} is corrupt or not the one of its contract: its SHA-256 is {hash}, model.yaml says {contract.Sha256}. Restore both files from one version.");
        var session = Open(file, bytes);
        try { CheckGraph(file, contract, session); }
        catch { session.Dispose(); throw; }
        return new OnnxModel(folder, contract, session);
    }

    /// <summary>
    /// Loads an ONNX file that others publish without a contract of ours: the caller describes it from what the graph says, and it is checked against that.
    /// </summary>
    /// <param name="describe">From the shapes of inputs and outputs (−1 is free) to the contract; throws <see cref="InputDataException"/> where the file is something else.</param>
    public static OnnxModel LoadForeign(string file, Func<IReadOnlyDictionary<string, int[]>, ModelContract> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        byte[] bytes;
        try { bytes = File.ReadAllBytes(file); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException($"Model file {file} cannot be read ({e.Message.TrimEnd('.')}). Give the path of the ONNX file.", e);
        }
        var session = Open(file, bytes);
        try
        {
            var contract = describe(session.InputMetadata.Concat(session.OutputMetadata).ToDictionary(p => p.Key, p => p.Value.Dimensions));
            CheckGraph(file, contract, session);
            return new OnnxModel(Path.GetDirectoryName(Path.GetFullPath(file))!, contract, session);
        }
        catch { session.Dispose(); throw; }
    }

    /// <summary>Makes the buffers and bindings for one choice of the named dimensions, and runs once so that the first real step is not slow.</summary>
    /// <param name="dimensions">Values in the order of the contract's <c>dimensions</c>.</param>
    public OnnxStep CreateStep(params ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length != Contract.Dimensions.Count)
            throw new ArgumentException($"Model `{Contract.Name}` has {Contract.Dimensions.Count} named dimensions, {dimensions.Length} values given.", nameof(dimensions));
        for (int i = 0; i < dimensions.Length; i++)
        {
            var d = Contract.Dimensions[i];
            if (dimensions[i] < d.Min || dimensions[i] > d.Max)
                throw new ConfigurationException($"Model `{Contract.Name}` takes {d.Name} from {d.Min} to {d.Max}; {dimensions[i]} was asked for. Use a model for that size.");
        }
        return new OnnxStep(this, dimensions);
    }

    public void Dispose() => Session.Dispose();

    private static InferenceSession Open(string file, byte[] bytes)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Not session.set_denormal_as_zero: it changes the floating-point mode of whichever thread makes the session, so the same step
        // would give other bits on the tick thread than in a replay.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        try { return new InferenceSession(bytes, options); }
        catch (OnnxRuntimeException e)
        {
            throw new InputDataException($"Model file {file} is not an ONNX model that this runtime can load: {e.Message.TrimEnd('.')}. Restore it, or train it again with `attend train`.", e);
        }
    }

    private static void CheckGraph(string file, ModelContract contract, InferenceSession session)
    {
        Check(file, "input", session.InputMetadata, [.. contract.Inputs.Select(t => (t.Name, t.Shape)), .. contract.States.Select(s => (s.Input, s.Shape))]);
        Check(file, "output", session.OutputMetadata, [.. contract.Outputs.Select(t => (t.Name, t.Shape)), .. contract.States.Select(s => (s.Output, s.Shape))]);
    }

    private static void Check(string file, string kind, IReadOnlyDictionary<string, NodeMetadata> graph, List<(string Name, IReadOnlyList<string> Shape)> contract)
    {
        foreach (var (name, shape) in contract)
        {
            if (!graph.TryGetValue(name, out var node))
                throw new InputDataException($"Model file {file} has no {kind} `{name}`, which model.yaml declares. It has {string.Join(", ", graph.Keys)}.");
            if (node.ElementDataType != TensorElementType.Float)
                throw new InputDataException($"Model file {file}: {kind} `{name}` is {node.ElementDataType}, expected float32.");
            bool same = node.Dimensions.Length == shape.Count;
            for (int i = 0; same && i < shape.Count; i++)
                same = int.TryParse(shape[i], out int fixedSize) ? node.Dimensions[i] == fixedSize : node.Dimensions[i] < 0;
            if (!same)
                throw new InputDataException($"Model file {file}: {kind} `{name}` has shape [{string.Join(", ", node.Dimensions)}] (−1 is free), model.yaml declares [{string.Join(", ", shape)}].");
        }
        foreach (string name in graph.Keys)
            if (!contract.Exists(c => c.Name == name)) throw new InputDataException($"Model file {file} has the {kind} `{name}`, which model.yaml does not declare.");
    }
}
