using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Core.Formats;

public sealed class WavTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(WavEncoding.Float32, 0)]
    [InlineData(WavEncoding.Pcm16, 1 / 32768.0)]
    public void What_is_written_is_read_back(WavEncoding encoding, double tolerance)
    {
        const int channels = 3, frames = 20_001;
        var random = new SeededRandom(1);
        var interleaved = new float[channels * frames];
        for (int i = 0; i < interleaved.Length; i++) interleaved[i] = (float)random.Uniform(-0.99, 0.99);
        string path = _temp.File("a.wav");
        using (var writer = new WavWriter(path, channels, 16000, encoding))
        {
            writer.Append(interleaved.AsSpan(0, channels * 7));
            var planar = new float[channels * (frames - 7)];
            PlanarAudio.Deinterleave(interleaved.AsSpan(channels * 7), planar, channels);
            writer.AppendPlanar(planar);
            Assert.Equal(frames, writer.Frames);
        }
        var audio = AudioFile.Read(path);
        Assert.Equal((channels, frames, 16000), (audio.Channels, audio.Frames, audio.RateHz));
        for (int c = 0; c < channels; c++)
            for (int i = 0; i < frames; i++) Assert.Equal(interleaved[i * channels + c], audio.Channel(c)[i], tolerance + 1e-9);
    }

    [Theory]
    [InlineData(1, 8, false)]
    [InlineData(1, 16, true)]
    [InlineData(1, 24, false)]
    [InlineData(1, 24, true)]
    [InlineData(1, 32, false)]
    [InlineData(3, 64, true)]
    public void Every_encoding_is_read(int tag, int bits, bool extensible)
    {
        float[] expected = [0, 0.5f, -0.5f, -1];
        string path = _temp.File("b.wav");
        File.WriteAllBytes(path, WavBytes.Make(tag, bits, extensible, 2, expected));
        var audio = WavFile.Read(path);
        Assert.Equal(2, audio.Frames);
        Assert.Equal([0, -0.5f], audio.Channel(0).ToArray());
        Assert.Equal([0.5f, -1], audio.Channel(1).ToArray());
    }

    [Fact]
    public void Cut_anywhere_it_is_an_input_error_with_the_files_name()
    {
        byte[] whole = WavBytes.Make(1, 16, true, 2, [0, 0.5f, -0.5f, -1]);
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _temp.File($"cut{length}.wav");
            File.WriteAllBytes(path, whole[..length]);
            Assert.Contains(path, Assert.Throws<InputDataException>(() => WavFile.Read(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_killed_writer_leaves_what_it_wrote()
    {
        string path = _temp.File("killed.wav"), copy = _temp.File("copy.wav");
        using var writer = new WavWriter(path, 2, 16000);
        writer.Append(new float[2 * 40_000]);
        File.Copy(path, copy); // what the disk holds when the process dies here
        Assert.InRange(WavFile.Read(copy).Frames, 40_000 - 8000, 40_000);
        writer.Flush();
        Assert.Equal(40_000, WavFile.Read(path).Frames);
    }

    [Fact]
    public void It_never_overwrites_and_says_the_wrong_channel_count()
    {
        string path = _temp.File("c.wav");
        using (var writer = new WavWriter(path, 2, 16000)) writer.Append([1, 2]);
        Assert.Throws<ConfigurationException>(() => new WavWriter(path, 2, 16000));
        Assert.Equal(1, WavFile.Read(path).Frames);
        var error = Assert.Throws<InputDataException>(() => WavFile.Read(path).RequireChannels(4, path));
        Assert.Contains("2 channels, expected 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Appending_allocates_nothing()
    {
        using var writer = new WavWriter(_temp.File("d.wav"), 2, 16000);
        var block = new float[2 * 1000];
        for (int i = 0; i < 20; i++) writer.AppendPlanar(block);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++) writer.AppendPlanar(block);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Flac_comes_through_libsndfile_and_nonsense_is_an_input_error()
    {
        string folder = SharedData.PathOrSkip("data/speech");
        string? flac = Directory.EnumerateFiles(folder, "*.flac", SearchOption.AllDirectories).Order().FirstOrDefault();
        if (flac is null) Assert.Skip("NOT TESTED: no .flac file in shared/data/speech.");
        try
        {
            var audio = AudioFile.Read(flac);
            Assert.True(audio.Frames > 1000 && audio.RateHz >= 8000);
            Assert.Contains(audio.Samples, s => Math.Abs(s) > 0.01f);
            Assert.All(audio.Samples, s => Assert.InRange(s, -1.01f, 1.01f));
        }
        catch (StreamMissingException e)
        {
            Assert.Skip($"NOT TESTED: {e.Message}");
        }
        string nonsense = _temp.File("x.flac");
        File.WriteAllText(nonsense, "not sound");
        Assert.Throws<InputDataException>(() => AudioFile.Read(nonsense));
    }
}
