using System.IO.Compression;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Capture.Xdf;

public sealed class XdfDamageTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Cut_at_every_byte_it_keeps_all_whole_samples_before_the_cut()
    {
        byte[] whole = XdfTestFile.Bytes(0.2);
        int most = -1;
        for (int length = 0; length <= whole.Length; length++)
        {
            var recording = XdfTestFile.ReadBytes(whole.AsSpan(0, length));
            XdfTestFile.AssertSamplesTrue(recording);
            int samples = recording.Streams.Sum(s => s.SampleCount);
            Assert.True(samples >= most, $"{length} bytes give {samples} samples, one byte less gave {most}");
            most = samples;
        }
        Assert.Equal(50 + 20 + 1, most);
        Assert.Empty(XdfTestFile.ReadBytes(whole).Damage);
    }

    [Fact]
    public void A_wiped_sector_costs_little_and_is_listed()
    {
        byte[] whole = XdfTestFile.Bytes(20);
        int all = 20 * 250;
        var random = new SeededRandom(11);
        for (int trial = 0; trial < 60; trial++)
        {
            byte[] bytes = [.. whole];
            // After the headers; without them the streams have no meaning.
            int at = 2048 + random.Index(whole.Length - 2048 - 4096);
            var sector = bytes.AsSpan(at, 512 << random.Index(4));
            if (trial % 2 == 0) sector.Clear();
            else for (int i = 0; i < sector.Length; i++) sector[i] = (byte)random.NextUInt64();
            var recording = XdfTestFile.ReadBytes(bytes);
            var eeg = recording.FindSource("source-eeg")!;
            Assert.NotEmpty(recording.Damage);
            Assert.InRange(eeg.SampleCount, all - 250 - 50, all);
        }
    }

    [Fact]
    public void Flipped_bits_never_throw()
    {
        byte[] whole = XdfTestFile.Bytes(1);
        var random = new SeededRandom(12);
        int damaged = 0;
        for (int trial = 0; trial < 800; trial++)
        {
            byte[] bytes = [.. whole];
            for (int k = 0; k <= trial % 4; k++) bytes[random.Index(bytes.Length)] ^= (byte)(1 << random.Index(8));
            var recording = XdfTestFile.ReadBytes(bytes);
            if (recording.Damage.Count > 0) damaged++;
            // A number flipped in a header and in its copy leaves an empty stream; the true one comes from the next copy.
            Assert.InRange(recording.Streams.Count(s => s.SampleCount > 0), 0, 3);
        }
        Assert.InRange(damaged, 40, 799);
    }

    [Fact]
    public void Random_bytes_are_read_as_nothing()
    {
        var random = new SeededRandom(13);
        for (int trial = 0; trial < 200; trial++)
        {
            var bytes = new byte[random.Index(3000)];
            for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.Index(10);
            if (trial % 2 == 0 && bytes.Length > 4) "XDF:"u8.CopyTo(bytes);
            var recording = XdfTestFile.ReadBytes(bytes);
            Assert.Equal(0, recording.Streams.Sum(s => s.SampleCount));
        }
        Assert.Throws<InputDataException>(() => XdfRecording.Read(_temp.File("missing.xdf")));
    }

    [Fact]
    public void Lying_lengths_are_listed_and_the_rest_is_read()
    {
        byte[] whole = XdfTestFile.Bytes(2);
        int target = whole.AsSpan(whole.Length / 2).IndexOf((ReadOnlySpan<byte>)[3, 0, 1, 0, 0, 0, 4, 5, 0, 0, 0]) + whole.Length / 2; // tag 3, stream 1, 5 samples
        foreach (uint lie in new uint[] { 0, 1, 3, 60, 100, 5000, 0x7FFFFFFF, 0xFFFFFFFF })
        {
            byte[] bytes = [.. whole];
            BitConverter.TryWriteBytes(bytes.AsSpan(target - 4), lie);
            var recording = XdfTestFile.ReadBytes(bytes);
            Assert.NotEmpty(recording.Damage);
            XdfTestFile.AssertSamplesTrue(recording);
            Assert.InRange(recording.FindSource("source-eeg")!.SampleCount, 500 - 10, 500);
        }
    }

    [Fact]
    public void Deduced_stamps_are_counted_back_after_damage()
    {
        // A foreign chunk whose first sample has no stamp, right after a chunk that is lost.
        byte[] whole = XdfTestFile.Bytes(0.2);
        byte[] chunk = [1, 8 + 3 * 9 + 8, 3, 0, 1, 0, 0, 0, 1, 3,
            0, .. BitConverter.GetBytes(900f), .. BitConverter.GetBytes(-900f),
            8, .. BitConverter.GetBytes(1000 + 901 / 250.0), .. BitConverter.GetBytes(901f), .. BitConverter.GetBytes(-901f),
            0, .. BitConverter.GetBytes(902f), .. BitConverter.GetBytes(-902f)];
        byte[] junk = [0, 0, 0, 0, 9, 9];
        var recording = XdfTestFile.ReadBytes([.. whole, .. junk, .. chunk]);
        Assert.Equal([900f, 901f, 902f], ((float[])recording.FindSource("source-eeg")!.Values).Where(v => v >= 900));
        XdfTestFile.AssertSamplesTrue(recording);
        Assert.Equal(junk.Length, Assert.Single(recording.Damage).LengthBytes);
    }

    [Fact]
    public void Gzipped_files_are_read_also_when_cut()
    {
        byte[] whole = XdfTestFile.Bytes(2);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(whole);
        Assert.Equal(500, XdfTestFile.ReadFile(_temp, packed.ToArray()).FindSource("source-eeg")!.SampleCount);
        var cut = XdfTestFile.ReadFile(_temp, packed.ToArray().AsSpan(0, (int)packed.Length * 2 / 3));
        Assert.InRange(cut.FindSource("source-eeg")!.SampleCount, 100, 499);
    }
}
