using AttentionEngine.Core.Errors;
using AttentionEngine.Inference;

namespace AttentionEngine.Tests.Inference;

public sealed class OnnxModelTests
{
    private static readonly string Fusion = Repository.PathOf("models/fusion");

    /// <summary>Every model of the repository still gives what it gave when it was made.</summary>
    [Fact]
    public void Golden_files_replay()
    {
        var folders = Directory.GetDirectories(Repository.PathOf("models")).Where(f => File.Exists(Path.Combine(f, "model.yaml"))).ToList();
        Assert.NotEmpty(folders);
        foreach (string folder in folders)
        {
            using var model = OnnxModel.Load(folder);
            var golden = GoldenReplay.Run(model);
            Assert.True(golden.Passed, $"{folder}: {golden}");
            Assert.True(golden.Steps >= 50, $"{folder}: only {golden.Steps} golden steps");
        }
    }

    [Fact]
    public void A_step_allocates_nothing_and_reset_starts_anew()
    {
        using var model = OnnxModel.Load(Fusion);
        using var step = model.CreateStep(3);
        Fill(step);
        step.Run();
        float[] first = step.Output("posterior").ToArray();
        for (int i = 0; i < 20; i++) step.Run();
        Assert.NotEqual(first, step.Output("posterior").ToArray());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) step.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        step.Reset();
        step.Run();
        Assert.Equal(first, step.Output("posterior").ToArray());
    }

    [Fact]
    public void Every_step_object_gives_the_same_bits_wherever_its_memory_lies()
    {
        using var model = OnnxModel.Load(Fusion);
        var results = new List<float[]>();
        for (int shift = 0; shift < 8; shift++)
        {
            GC.KeepAlive(GC.AllocateArray<byte>(8 * shift + 1, pinned: true));
            using var step = model.CreateStep(5);
            Fill(step);
            for (int i = 0; i < 50; i++) step.Run();
            results.Add([.. step.Output("posterior").Span, .. step.Output("log_prior").Span]);
        }
        Assert.All(results, r => Assert.Equal(results[0], r));
    }

    private static void Fill(OnnxStep step)
    {
        var features = step.Input("features").Span;
        for (int i = 0; i < features.Length; i++) features[i] = i % 7 * 0.1f;
        step.Input("available").Span.Fill(1);
        step.Input("dt_s").Span[0] = 0.04f;
    }

    [Fact]
    public void Missing_folder_says_what_is_expected()
    {
        var e = Assert.Throws<InputDataException>(() => OnnxModel.Load("/nowhere/fusion"));
        Assert.Contains("/nowhere/fusion", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.InputInvalid, e.ExitCode);
    }

    [Fact]
    public void A_flipped_byte_is_found_by_the_hash()
    {
        using var folder = Copy();
        byte[] bytes = File.ReadAllBytes(folder.File("model.onnx"));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(folder.File("model.onnx"), bytes);
        var e = Assert.Throws<InputDataException>(() => OnnxModel.Load(folder.Path));
        Assert.Contains("SHA-256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_onnx_is_refused_even_with_its_own_hash()
    {
        using var folder = Copy();
        byte[] bytes = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 31))];
        File.WriteAllBytes(folder.File("model.onnx"), bytes);
        Edit(folder, text => System.Text.RegularExpressions.Regex.Replace(text, "sha256: .*", "sha256: " + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))));
        var e = Assert.Throws<InputDataException>(() => OnnxModel.Load(folder.Path));
        Assert.Contains("not an ONNX model", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: dt_s", "name: delta_s", "no input `delta_s`")]
    [InlineData("shape: [5, K]", "shape: [4, K]", "shape")]
    [InlineData("shape: [5, K]", "shape: [5, Q]", "free")]
    [InlineData("latency_ms: 0", "latency_m: 0", "latency_m")]
    [InlineData("schema: attend.model/1", "schema: attend.model/9", "attend.model/9")]
    [InlineData("status: ", "surprise: 1\nstatus: ", "surprise")]
    public void A_contract_that_differs_from_the_graph_is_refused(string from, string to, string inMessage)
    {
        using var folder = Copy();
        Edit(folder, text => text.Contains(from, StringComparison.Ordinal) ? text.Replace(from, to, StringComparison.Ordinal) : throw new InvalidOperationException($"model.yaml has no {from}"));
        if (inMessage == "free")
        {
            using var model = OnnxModel.Load(folder.Path); // Q is as free as K in the graph; it is found when a step is made
            Assert.Throws<InputDataException>(() => model.CreateStep(2));
            return;
        }
        var e = Assert.Throws<InputDataException>(() => OnnxModel.Load(folder.Path));
        Assert.Contains(inMessage, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_outside_the_contract_are_refused()
    {
        using var model = OnnxModel.Load(Fusion);
        Assert.Throws<ConfigurationException>(() => model.CreateStep(9));
        Assert.Throws<ArgumentException>(() => model.CreateStep(2, 2));
    }

    private static TempFolder Copy()
    {
        var folder = new TempFolder();
        foreach (string file in Directory.GetFiles(Fusion)) File.Copy(file, folder.File(Path.GetFileName(file)));
        return folder;
    }

    private static void Edit(TempFolder folder, Func<string, string> change) => File.WriteAllText(folder.File("model.yaml"), change(File.ReadAllText(folder.File("model.yaml"))));
}
