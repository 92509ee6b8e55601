using System.Diagnostics;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Xdf;

/// <summary>A writing process is killed (SIGKILL) at 200 random instants: each file loads, undamaged but for its end, and lacks at most 100 ms of what was written.</summary>
public sealed class XdfKillTests
{
    private const string Folder = "ATTEND_XDF_KILL_FOLDER";
    private const int RateHz = 16000, Block = 80;

    [Fact, Trait("tier", "long")]
    public void A_killed_recorder_loses_at_most_100_ms()
    {
        var random = new SeededRandom(91);
        double worstS = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            using var temp = new TempFolder();
            string path = temp.File("k.xdf"), told = temp.File("told");
            var start = new ProcessStartInfo("dotnet", [typeof(XdfKillTests).Assembly.Location, "--filter-method", "*" + nameof(The_child_writes_until_it_is_killed)]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment[Folder] = temp.Path;
            using var child = Process.Start(start)!;
            child.OutputDataReceived += (_, _) => { };
            child.BeginOutputReadLine();
            var limit = Stopwatch.StartNew();
            while ((!File.Exists(told) || new FileInfo(told).Length < 8) && limit.Elapsed < TimeSpan.FromSeconds(60)) Thread.Sleep(2);
            Thread.Sleep(random.Index(700));
            child.Kill();
            child.WaitForExit();
            long written = BitConverter.ToInt64(File.ReadAllBytes(told).AsSpan(0, 8));
            var recording = XdfRecording.Read(path);
            Assert.All(recording.Damage, d => Assert.Equal(new FileInfo(path).Length, d.OffsetBytes + d.LengthBytes));
            var audio = recording.FindSource("source-audio")!;
            Assert.Equal(Enumerable.Range(0, audio.SampleCount), (int[])audio.Values);
            double lostS = (written - audio.SampleCount) / (double)RateHz;
            worstS = Math.Max(worstS, lostS);
            Assert.True(lostS <= 0.1, $"trial {trial}: {lostS * 1e3:F1} ms of what was written are missing");
            Assert.Equal(audio.SampleCount > RateHz, XdfIndex.TryOpen(path) is { IsClosed: false });
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"200 kills, at most {worstS * 1e3:F1} ms missing");
    }

    /// <summary>Not a test by itself: what the killed process does. It tells how far it has come through a file that survives it.</summary>
    [Fact, Trait("tier", "long")]
    public void The_child_writes_until_it_is_killed()
    {
        if (Environment.GetEnvironmentVariable(Folder) is not { } folder)
        {
            Assert.Skip("runs only as the child of the test beside it");
            return;
        }
        using var writer = new XdfWriter(Path.Combine(folder, "k.xdf"));
        using var told = File.OpenHandle(Path.Combine(folder, "told"), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        int audio = writer.AddStream(XdfTestFile.Info("audio", ChannelFormat.Int32, 1, RateHz)), markers = writer.AddStream(XdfTestFile.Info("markers", ChannelFormat.Text, 1, 0));
        var values = new int[Block];
        var stamps = new double[Block];
        var clock = Stopwatch.StartNew();
        // Ends by itself should nobody kill it.
        for (long n = 0; clock.Elapsed < TimeSpan.FromSeconds(30); n += Block)
        {
            while (clock.Elapsed.TotalSeconds < (double)n / RateHz) Thread.Sleep(1);
            for (int i = 0; i < Block; i++) (values[i], stamps[i]) = ((int)(n + i), (n + i) / (double)RateHz);
            writer.Write<int>(audio, values, stamps);
            if (n % (50 * Block) == 0) writer.WriteText(markers, ["m"], stamps[0]);
            RandomAccess.Write(told, BitConverter.GetBytes(n + Block), 0);
        }
    }
}
