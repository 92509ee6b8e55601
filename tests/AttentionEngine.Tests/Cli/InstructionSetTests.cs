using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Sessions;

namespace AttentionEngine.Tests.Cli;

/// <summary>Our own nodes give the same bits at every level of vector instructions that this CPU offers; each level is a process of its own.</summary>
[Collection("default LSL streams")]
public sealed class InstructionSetTests : IDisposable
{
    private static readonly (string Name, (string, string)[] Variables)[] Levels =
    [
        ("without AVX-512", [("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0")]), // the name of newer and of older runtimes
        ("without AVX2", [("DOTNET_EnableAVX2", "0")]),
        ("without any intrinsics", [("DOTNET_EnableHWIntrinsic", "0")]),
        ("C library without FMA and AVX2", [("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-AVX2,-AVX512F")]),
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mask-mwf")] // masks come from ONNX Runtime, which is not ours: the same library on the same machine, so the same too
    [InlineData("mwf")]
    public async Task Every_node_is_the_same_at_every_level(string backend)
    {
        string session = _folder.File("session");
        var made = await AttendProcess.RunAsync("simulate", Repository.PathOf("rigs/sim-conversations.yaml"), "--out", session, "--seconds", "2", "--seed", "5");
        Assert.True(made.ExitCode == ExitCode.Ok, made.Error);
        string rig = new SessionFolder(session).Rig, text = File.ReadAllText(rig);
        Assert.Contains("backend: mask-mwf", text, StringComparison.Ordinal);
        File.WriteAllText(rig, text.Replace("backend: mask-mwf", $"backend: {backend}", StringComparison.Ordinal));
        string[] reference = await Nodes(session, "all", []);
        Assert.Equal(6, reference.Length);
        foreach (var (name, variables) in Levels)
        {
            string[] nodes = await Nodes(session, variables[0].Item1, variables);
            Assert.True(reference.SequenceEqual(nodes), $"{name}: {string.Join(", ", reference.Zip(nodes).Where(p => p.First != p.Second).Select(p => $"{p.First} became {p.Second}"))}");
        }
    }

    private async Task<string[]> Nodes(string session, string output, (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(v => v.Name, v => (string?)v.Value);
        var result = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), Repository.Root, ["replay", session, "--ideal", "--out", _folder.File(output), "--json"], environment);
        Assert.True(result.ExitCode == ExitCode.Ok, result.Error);
        return [.. JsonDocument.Parse(result.Out).RootElement.GetProperty("nodes").EnumerateArray().Select(n => $"{n.GetProperty("name").GetString()} {n.GetProperty("hash").GetString()}")];
    }
}
