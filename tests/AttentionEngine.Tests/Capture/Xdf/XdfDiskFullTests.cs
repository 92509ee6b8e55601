using System.Diagnostics;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Capture.Xdf;

public sealed class XdfDiskFullTests
{
    /// <summary>A real full disk: a small file system in memory, which needs root.</summary>
    [Fact]
    [Trait("tier", "system")]
    public void A_full_disk_is_an_error_at_once_and_what_was_written_stays_sound()
    {
        using var temp = new TempFolder();
        string mount = temp.File("small");
        Directory.CreateDirectory(mount);
        if (Run("mount", "-t", "tmpfs", "-o", "size=8m", "none", mount) != 0) Assert.Skip("NOT TESTED: a small file system cannot be mounted here (it needs root).");
        try
        {
            string path = Path.Combine(mount, "a.xdf");
            var block = new float[4 * 160];
            var stamps = new double[160];
            int written = 0;
            using (var writer = new XdfWriter(path))
            {
                int s = writer.AddStream(XdfTestFile.Info("audio", ChannelFormat.Float32, 4, 16000));
                var error = Assert.Throws<DataLossException>(() =>
                {
                    for (; written < 10_000; written++)
                    {
                        for (int i = 0; i < 160; i++) stamps[i] = (written * 160 + i) / 16000.0;
                        writer.Write<float>(s, block, stamps);
                    }
                });
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                Assert.Equal(ExitCode.DataLoss, error.ExitCode);
                Assert.Throws<DataLossException>(() => writer.Write<float>(s, block, stamps));
            }
            var recording = XdfRecording.Read(path);
            Assert.Empty(recording.Damage);
            // At most the 50 ms that were waiting are missing.
            Assert.InRange(recording.Streams[0].SampleCount, (written - 6) * 160, written * 160);
        }
        finally
        {
            Assert.Equal(0, Run("umount", mount));
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
