using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Capture.Xdf;

/// <summary>Real recordings of other programs, damaged: everything outside the damage comes back, and the damage is listed.</summary>
public class XdfForeignDamageTests
{
    public static TheoryData<string, int> Small => new()
    {
        { "xdfmodules_minimal.xdf", 1 }, { "magicblink_justMarkers.xdf", 1 }, { "magicblink_handFour.xdf", 1 }, { "xdf_rs_chunk_length_lie.xdf", 1 },
        { "muselsl2_sub-P031.xdf", 37 }, { "muselsl2_sub-P001.xdf", 211 }, { "muselsl2_sub-P002.xdf", 223 },
    };

    [Theory, MemberData(nameof(Small))]
    public void Cut_anywhere_it_keeps_the_whole_samples_before_the_cut(string file, int step) => CutEverywhere(file, step);

    [Theory, Trait("tier", "long")]
    [InlineData("muselsl2_sub-P031.xdf"), InlineData("muselsl2_sub-P001.xdf"), InlineData("muselsl2_sub-P002.xdf")]
    public void Cut_at_every_byte_it_keeps_the_whole_samples_before_the_cut(string file) => CutEverywhere(file, 1);

    private static void CutEverywhere(string file, int step)
    {
        byte[] whole = File.ReadAllBytes(SharedData.PathOrSkip($"data/eeg/xdf/{file}"));
        var sound = XdfTestFile.ReadBytes(whole);
        int most = 0;
        for (int length = 0; length < whole.Length; length += step)
        {
            using var reader = new XdfEventReader("cut", new XdfMemorySource(whole.AsMemory(0, length)));
            var cut = XdfRecording.Read(reader);
            int samples = cut.Streams.Sum(s => s.SampleCount);
            Assert.True(samples >= most, $"{file}: {length} bytes give {samples} samples, fewer bytes gave {most}");
            most = samples;
            foreach (var stream in cut.Streams)
                Assert.True(stream.StampsS.AsSpan().SequenceEqual(sound.Find(stream.Stream.StreamId)!.StampsS.AsSpan(0, stream.SampleCount)), $"{file}: {length} bytes give other samples");
        }
    }

    [Theory]
    [InlineData("xdfmodules_clock_resets.xdf", 60), InlineData("magicblink_handTwo.xdf", 60), InlineData("eeglab_test.xdf", 60), InlineData("muselsl2_sub-P002.xdf", 60)]
    public void Wiped_sectors_cost_only_the_chunks_they_touch(string file, int trials) => Wipe(file, trials, 4096);

    [Theory, Trait("tier", "long")]
    [InlineData("xdfmodules_clock_resets.xdf"), InlineData("magicblink_handTwo.xdf"), InlineData("eeglab_test.xdf"), InlineData("muselsl2_sub-P002.xdf")]
    public void A_thousand_wiped_sectors_cost_only_the_chunks_they_touch(string file) => Wipe(file, 1000, 4096);

    private static void Wipe(string file, int trials, int sectorBytes)
    {
        byte[] whole = File.ReadAllBytes(SharedData.PathOrSkip($"data/eeg/xdf/{file}"));
        var chunks = Chunks(whole, out int headersEnd);
        var random = new SeededRandom(51);
        for (int trial = 0; trial < trials; trial++)
        {
            byte[] bytes = [.. whole];
            // After the headers: in foreign files nothing can replace those.
            int from = headersEnd + random.Index(whole.Length - sectorBytes - headersEnd);
            var sector = bytes.AsSpan(from, sectorBytes);
            if (trial % 2 == 0) sector.Clear();
            else for (int i = 0; i < sector.Length; i++) sector[i] = (byte)random.NextUInt64();
            var damaged = XdfTestFile.ReadBytes(bytes);
            Assert.NotEmpty(damaged.Damage);
            foreach (var group in chunks.GroupBy(c => c.StreamId))
            {
                int untouched = group.Where(c => c.End <= from || c.Start >= from + sectorBytes).Sum(c => c.Frames);
                Assert.InRange(damaged.Find(group.Key)!.SampleCount, untouched, group.Sum(c => c.Frames));
            }
        }
    }

    private static List<(uint StreamId, long Start, long End, int Frames)> Chunks(byte[] whole, out int headersEnd)
    {
        var chunks = new List<(uint, long, long, int)>();
        headersEnd = 0;
        using var reader = new XdfEventReader("sound", new XdfMemorySource(whole));
        for (long start = reader.PositionBytes; reader.Read(); start = reader.PositionBytes)
        {
            if (reader.Kind == XdfEventKind.StreamHeader) headersEnd = (int)reader.PositionBytes;
            if (reader.Kind == XdfEventKind.Samples) chunks.Add((reader.Stream.StreamId, start, reader.PositionBytes, reader.Frames));
        }
        return chunks;
    }

    [Theory]
    [InlineData("xdfmodules_minimal.xdf"), InlineData("magicblink_handFour.xdf"), InlineData("muselsl2_sub-P031.xdf")]
    public void Every_single_bit_flipped_in_the_frames_never_throws(string file)
    {
        byte[] whole = File.ReadAllBytes(SharedData.PathOrSkip($"data/eeg/xdf/{file}"));
        int step = Math.Max(1, whole.Length / 2000);
        var sound = XdfTestFile.ReadBytes(whole);
        for (int at = 0; at < whole.Length; at += step)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                whole[at] ^= (byte)(1 << bit);
                var recording = XdfTestFile.ReadBytes(whole);
                whole[at] ^= (byte)(1 << bit);
                Assert.InRange(recording.Streams.Sum(s => s.SampleCount), 0, sound.Streams.Sum(s => s.SampleCount) + 1000);
            }
        }
    }
}
