using System.Diagnostics;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Cli;

/// <summary>However the work is spread, killed and taken up again: the folder of results has the same bytes.</summary>
public sealed class DecodeExecutorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Processes_leave_the_same_bytes_as_one_process()
    {
        var expected = await Reference(2);
        var result = await AttendProcess.RunAsync(Arguments("jobs", "--jobs", "2"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(expected, Bytes("jobs"));
        var wrong = await AttendProcess.RunAsync(Arguments("jobs", "--jobs", "0"));
        Assert.Equal(ExitCode.Usage, wrong.ExitCode);
    }

    [Fact]
    public async Task A_participant_that_cannot_be_decoded_does_not_stop_the_others()
    {
        await Reference(2);
        // Two trials cannot be nested: this participant fails, in its own process.
        Directory.CreateDirectory(_folder.File("mixed"));
        foreach (int trial in new[] { 0, 1, 2 }) File.Copy(SharedData.PathOrSkip($"data/eeg/dtu_single_talker/DTU_S1_00{trial}.npz"), _folder.File($"mixed/DTU_S1_00{trial}.npz"));
        foreach (int trial in new[] { 0, 1 }) File.Copy(SharedData.PathOrSkip($"data/eeg/dtu_single_talker/DTU_S2_00{trial}.npz"), _folder.File($"mixed/DTU_S2_00{trial}.npz"));
        var result = await AttendProcess.RunAsync("decode", _folder.File("mixed"), _folder.File("out"), "participant", "--jobs", "2", "--allow-shared", "Story", "--permutations", "0", "--windows-s", "5", "--lambdas", "0.1");
        Assert.Equal(ExitCode.InputInvalid, result.ExitCode);
        Assert.Contains("There are 2 trials; nested leave-one-trial-out needs three", result.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder.File("out"), "*_result.json", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("2", true)]
    public async Task A_run_that_is_ended_anywhere_goes_on_to_the_same_bytes(string jobs, bool asked)
    {
        var expected = await Reference(3);
        await EndedAndTakenUp(expected, jobs, new SeededRandom(asked ? 1u : 2u), times: 1, asked);
    }

    [Fact]
    [Trait("tier", "long")]
    public async Task Killed_at_40_random_instants()
    {
        var expected = await Reference(3);
        var random = new SeededRandom(3);
        int cut = 0;
        for (int i = 0; i < 10; i++) cut += await EndedAndTakenUp(expected, i % 2 == 0 ? "1" : "2", random, times: 4, asked: false);
        TestContext.Current.TestOutputHelper?.WriteLine($"{cut} of 40 were still at work when they were killed");
        Assert.True(cut > 10, "most runs had ended before they were killed");
    }

    [Fact]
    [Trait("tier", "system")]
    public async Task Slurm_leaves_the_same_bytes_also_after_killed_jobs()
    {
        using var slurm = await SingleNodeSlurm.StartOrSkip();
        string[] models = ["--model", "ridge,lw"]; // two participants, two models: four tasks of one array
        var expected = await Reference(2, models);
        var environment = new Dictionary<string, string?> { ["SLURM_CONF"] = slurm.Configuration };
        Task<AttendProcess.Result> Decode() => AttendProcess.RunFileAsync(Repository.PathOf("attend"), Repository.Root, Arguments("slurm", [.. models, "--executor", "slurm", "--jobs", "1"]), environment, TimeSpan.FromMinutes(4));

        // The job is killed while its second task works: the first result is kept, and who waits is told.
        var killed = Decode();
        await Until(() => Directory.Exists(_folder.File("slurm")) && Directory.GetFiles(_folder.File("slurm"), "*_result.json", SearchOption.AllDirectories).Length > 0);
        Assert.Equal(0, slurm.Call("scancel", "--me").Code);
        var told = await killed;
        Assert.Equal(ExitCode.DataLoss, told.ExitCode);
        Assert.Contains("ended from outside before it was decoded", told.Error, StringComparison.Ordinal);
        int kept = Directory.GetFiles(_folder.File("slurm"), "*_result.json", SearchOption.AllDirectories).Length;
        Assert.InRange(kept, 1, 3);

        // Who waits is killed, the job goes on; the next call finds it and waits for it.
        using (var waiting = Start(Arguments("slurm", [.. models, "--executor", "slurm", "--jobs", "1"]), environment))
        {
            await Until(() => slurm.Call("squeue", "--noheader").Out.Length > 0);
            waiting.Kill(entireProcessTree: true);
            await waiting.WaitForExitAsync();
        }
        var found = await Decode();
        Assert.True(found.ExitCode == 0, found.Error);
        Assert.Equal(expected, Bytes("slurm"));
        Assert.Equal("", slurm.Call("squeue", "--noheader").Out);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kept} of 4 results kept by the killed job; second call: {found.Error}");

        // A task's own error is handed through, and the log stays.
        var error = await AttendProcess.RunFileAsync(Repository.PathOf("attend"), Repository.Root, ["decode", _folder.File("data"), _folder.File("bad"), "participant", "--executor", "slurm", "--windows-s", "0.01"], environment);
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("A decision window of 0.01 s has 1 samples", error.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("bad/slurm/0.log")));
    }

    [Fact]
    public async Task Without_slurm_the_missing_program_is_named()
    {
        await Reference(1);
        var environment = new Dictionary<string, string?> { ["PATH"] = Directory.CreateDirectory(_folder.File("empty")).FullName };
        string dotnet = Environment.ProcessPath!;
        string[] run = [Repository.PathOf("artifacts/bin/AttentionEngine.Cli/release/attend.dll"), .. Arguments("none", "--executor", "slurm")];
        var result = Path.GetFileNameWithoutExtension(dotnet) == "dotnet" ? await AttendProcess.RunFileAsync(dotnet, Repository.Root, run, environment) : null;
        if (result is null) Assert.Skip("NOT TESTED: the tests do not run under `dotnet`.");
        Assert.Equal(ExitCode.StreamMissing, result.ExitCode);
        Assert.Contains("squeue cannot be started", result.Error, StringComparison.Ordinal);
    }

    /// <returns>How many were still at work when they were ended.</returns>
    private async Task<int> EndedAndTakenUp(SortedDictionary<string, string> expected, string jobs, SeededRandom random, int times, bool asked)
    {
        string[] arguments = Arguments("ended", "--jobs", jobs);
        int cut = 0;
        for (int i = 0; i < times; i++)
        {
            using var process = Start(arguments, null);
            await Task.Delay((int)random.Uniform(200, 2500), TestContext.Current.CancellationToken);
            if (!process.HasExited) cut++;
            // Only this process: its tasks must end of themselves.
            if (!asked) process.Kill();
            else if (!process.HasExited) Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!.WaitForExit();
            await process.WaitForExitAsync();
            if (asked) Assert.True(process.ExitCode is ExitCode.Interrupted or ExitCode.Ok, $"exit {process.ExitCode}");
        }
        // Tasks of a killed run end when they see it; the folder belongs to the next run at once.
        var result = await AttendProcess.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(expected, Bytes("ended"));
        Directory.Delete(_folder.File("ended"), recursive: true);
        return cut;
    }

    private static Process Start(string[] arguments, Dictionary<string, string?>? environment)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.PathOf("artifacts/bin/AttentionEngine.Cli/release/attend.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private string[] Arguments(string output, params string[] more) => ["decode", _folder.File("data"), _folder.File(output), "participant", "--band-hz", "none", "--windows-s", "1,2,5,10", "--permutations", "500", .. more];

    /// <summary>Several participants, decoded in one process.</summary>
    private async Task<SortedDictionary<string, string>> Reference(int participants, params string[] more)
    {
        Directory.CreateDirectory(_folder.File("data"));
        for (int i = 0; i < participants; i++) File.Copy(SharedData.PathOrSkip("bench/aad/tiny_64hz.mat"), _folder.File($"data/S{i}.mat"));
        var result = await AttendProcess.RunAsync(Arguments("reference", more));
        Assert.True(result.ExitCode == 0, result.Error);
        return Bytes("reference");
    }

    private SortedDictionary<string, string> Bytes(string output) => new(
        Directory.GetFiles(_folder.File(output), "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(_folder.File(output), f), f => Convert.ToBase64String(File.ReadAllBytes(f))), StringComparer.Ordinal);

    private static async Task Until(Func<bool> holds)
    {
        for (int i = 0; !holds(); i++)
        {
            Assert.True(i < 600, "it did not come about within a minute");
            await Task.Delay(100);
        }
    }
}
