using System.Text.Json;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Capture.Xdf;

public sealed class XdfRepairTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("xdfmodules_clock_resets.xdf"), InlineData("xdfmodules_minimal.xdf"), InlineData("magicblink_handTwo.xdf"), InlineData("muselsl2_sub-P001.xdf")]
    public void A_sound_foreign_recording_comes_out_as_it_was(string name)
    {
        string file = SharedData.PathOrSkip($"data/eeg/xdf/{name}"), mended = _temp.File("mended.xdf");
        var result = XdfRepair.Run(file, mended);
        Assert.Empty(result.Gaps);
        XdfRecording before = XdfRecording.Read(file), after = XdfRecording.Read(mended);
        Assert.Empty(after.Damage);
        Assert.Equal(before.Streams.Count, after.Streams.Count);
        foreach (var (a, b) in before.Streams.Zip(after.Streams))
        {
            Assert.Equal((a.Stream.StreamId, a.Stream.HeaderXml), (b.Stream.StreamId, b.Stream.HeaderXml));
            Assert.Equal(a.Values, b.Values);
            Assert.Equal(a.StampsS, b.StampsS);
            Assert.Equal(a.ClockOffsets, b.ClockOffsets);
        }
        Assert.Equal(before.Streams.Select(s => (long)s.SampleCount), XdfIndex.TryOpen(mended)!.Streams.Select(s => s.SampleCount));
        Assert.Throws<ConfigurationException>(() => XdfRepair.Run(file, mended));
    }

    [Fact]
    public void What_damage_has_cost_is_stored_as_gaps()
    {
        byte[] bytes = XdfTestFile.Bytes(10);
        bytes.AsSpan(bytes.Length / 2, 3000).Clear();
        string damaged = _temp.File("damaged.xdf"), mended = _temp.File("mended.xdf");
        File.WriteAllBytes(damaged, bytes);
        var result = XdfRepair.Run(damaged, mended);
        var recording = XdfRecording.Read(mended);
        Assert.Empty(recording.Damage);
        Assert.All(recording.Streams, s => Assert.NotNull(s.FooterXml));
        var gaps = recording.RecordedGaps().ToDictionary(g => g.StreamId, g => g.Gap);
        Assert.Equal(result.Gaps.Select(g => (g.Stream.StreamId, g.Gap)), gaps.Select(g => (g.Key, g.Value)));
        Assert.Equal(10 * 250, recording.FindSource("source-eeg")!.SampleCount + gaps[1].MissingSamples);
        Assert.Equal(10 * 100, recording.FindSource("source-gaze")!.SampleCount + gaps[2].MissingSamples);
        // Once mended, it is mended: again changes nothing but the framing.
        XdfRepair.Run(mended, _temp.File("again.xdf"));
        Assert.Equal(recording.RecordedGaps(), XdfRecording.Read(_temp.File("again.xdf")).RecordedGaps());
    }

    [Fact]
    public void Any_damage_gives_a_sound_file_with_the_same_samples()
    {
        byte[] whole = XdfTestFile.Bytes(3);
        var random = new SeededRandom(81);
        for (int trial = 0; trial < 100; trial++)
        {
            byte[] bytes = [.. whole];
            bytes.AsSpan(random.Index(bytes.Length - 1000), random.Index(1000)).Fill((byte)random.NextUInt64());
            if (trial % 3 == 0) bytes = bytes[..random.Index(bytes.Length)];
            string damaged = _temp.File($"d{trial}.xdf"), mended = _temp.File($"m{trial}.xdf");
            File.WriteAllBytes(damaged, bytes);
            XdfRepair.Run(damaged, mended);
            XdfRecording before = XdfRecording.Read(damaged), after = XdfRecording.Read(mended);
            Assert.Empty(after.Damage);
            foreach (var stream in before.Streams)
            {
                Assert.Equal(stream.StampsS, after.Find(stream.Stream.StreamId)!.StampsS);
                Assert.Equal(stream.Values, after.Find(stream.Stream.StreamId)!.Values);
            }
        }
    }

    [Fact]
    public async Task The_command_mends_and_check_is_content()
    {
        string damaged = _temp.File("damaged.xdf"), mended = _temp.File("mended.xdf");
        byte[] bytes = XdfTestFile.Bytes(4);
        File.WriteAllBytes(damaged, bytes.AsSpan(0, bytes.Length * 2 / 3));
        var run = await AttendProcess.RunAsync("xdf", "repair", damaged, "--out", mended, "--json");
        Assert.Equal(0, run.ExitCode);
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal("attend.xdf-repair/1", json.RootElement.EnumerateObject().First().Value.GetString());
        Assert.Equal(3, json.RootElement.GetProperty("streams").GetArrayLength());
        Assert.True(json.RootElement.GetProperty("damage").GetArrayLength() > 0);
        Assert.Equal(4, (await AttendProcess.RunAsync("xdf", "check", damaged)).ExitCode);
        Assert.Equal(0, (await AttendProcess.RunAsync("xdf", "check", mended)).ExitCode);
        Assert.Equal(2, (await AttendProcess.RunAsync("xdf", "repair", damaged, "--out", mended)).ExitCode);
    }

    [Fact]
    public void Cancelled_work_leaves_no_half_file()
    {
        string file = _temp.File("a.xdf"), output = _temp.File("out.npy"), mended = _temp.File("mended.xdf");
        File.WriteAllBytes(file, XdfTestFile.Bytes(2));
        using var cancel = new CancellationTokenSource();
        var rows = XdfStreamRows.Open(file, 1, new XdfTimingOptions(), default);
        Assert.ThrowsAny<OperationCanceledException>(() => XdfExport.Write(rows, output, _ => cancel.Cancel(), cancel.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => XdfRepair.Run(file, mended, null, cancel.Token));
        Assert.Equal([file], Directory.GetFiles(_temp.Path));
        Assert.Equal((500L, 3), XdfExport.Write(rows, output));
        Assert.Equal([500, 3], NpyReader.Read(output).Shape);
    }
}
