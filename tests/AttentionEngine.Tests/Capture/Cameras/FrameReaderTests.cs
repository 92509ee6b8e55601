using AttentionEngine.Capture.Cameras;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Capture.Cameras;

public class FrameReaderTests
{
    private static byte[] Picture(int level, int size = 64 * 48)
    {
        var gray = new byte[size];
        for (int i = 0; i < size; i++) gray[i] = (byte)(level + i % 7);
        return gray;
    }

    [Fact]
    public void A_folder_of_pictures_is_read_in_order_and_missing_numbers_are_lost_frames()
    {
        Vision.OrSkip();
        using var folder = new TempFolder();
        foreach (int n in new[] { 7, 8, 11 }) File.WriteAllBytes(folder.File($"frame_{n:D3}.png"), Pictures.Encode(".png", Picture(20 * n), 64, 48));
        using (var reader = (CameraSource.Parse(folder.Path) with { RateHz = 10 }).Open())
        {
            var gray = new byte[64 * 48];
            var seen = new List<CameraFrame>();
            while (reader.TryRead(gray, out var frame)) { seen.Add(frame); Assert.Equal(Picture((int)(7 + frame.Index) * 20), gray); }
            Assert.Equal([0, 1, 4], seen.Select(f => f.Index));
            Assert.Equal([0, 0.1, 0.4], seen.Select(f => f.TimeS));
            Assert.Equal(2, reader.Lost);
            Assert.Equal(2, seen[2].LostBefore);
        }
        File.WriteAllBytes(folder.File("frame_012.png"), Pictures.Encode(".png", Picture(9, 32 * 32), 32, 32));
        using (var reader = CameraSource.Parse(folder.Path).Open())
        {
            var gray = new byte[64 * 48];
            for (int i = 0; i < 3; i++) Assert.True(reader.TryRead(gray, out _));
            Assert.Contains("32x32", Assert.Throws<InputDataException>(() => reader.TryRead(gray, out _)).Message);
        }
        File.WriteAllText(folder.File("frame_000.png"), "not a picture");
        Assert.Contains("frame_000.png", Assert.Throws<InputDataException>(() => CameraSource.Parse(folder.Path).Open()).Message);
    }

    [Fact]
    public void A_video_gives_every_frame_with_its_index_time_and_looks()
    {
        Vision.OrSkip();
        using var folder = new TempFolder();
        string file = folder.File("film.y4m");
        using (var writer = new Y4mWriter(file, 64, 48, 25))
            for (int i = 0; i < 30; i++) writer.Append(i is >= 10 and < 13 ? Picture(10 * 9) : Picture(10 * (i % 20)));
        using var reader = CameraSource.Parse(file).Open();
        Assert.Equal((64, 48, 25.0), (reader.WidthPx, reader.HeightPx, reader.RateHz));
        var gray = new byte[64 * 48];
        long n = 0, same = 0;
        for (; reader.TryRead(gray, out var frame); n++)
        {
            Assert.Equal(n, frame.Index);
            Assert.Equal(n / 25.0, frame.TimeS, 1e-3);
            if (frame.Same) same++;
        }
        Assert.Equal(30, n);
        Assert.Equal(3, same); // frames 10 to 12 repeat frame 9
        Assert.Equal(0, reader.Lost);
    }

    [Fact]
    public void What_is_not_there_or_no_video_is_said()
    {
        Vision.OrSkip();
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("text.avi"), "not a film");
        Assert.Contains("no such file", Assert.Throws<StreamMissingException>(() => CameraSource.Parse(folder.File("none.avi")).Open()).Message);
        Assert.Contains("text.avi", Assert.Throws<InputDataException>(() => CameraSource.Parse(folder.File("text.avi")).Open()).Message);
        Assert.Contains("no such device", Assert.Throws<StreamMissingException>(() => CameraSource.Parse("/dev/video99").Open()).Message);
        Assert.Throws<StreamMissingException>(() => (CameraSource.Parse("tcp://127.0.0.1:9") with { Timeout = TimeSpan.FromSeconds(1) }).Open());
        Assert.Throws<ConfigurationException>(() => CameraSource.Parse("ftp://host/film"));
        Directory.CreateDirectory(folder.File("empty"));
        Assert.Throws<InputDataException>(() => CameraSource.Parse(folder.File("empty")).Open());
    }

    [Fact]
    public void A_video_that_is_shorter_than_its_index_is_said()
    {
        Vision.OrSkip();
        byte[] whole = File.ReadAllBytes(SharedData.PathOrSkip("data/av/elospheres/01_T1_matrix1306.webm"));
        using var folder = new TempFolder();
        foreach (var (name, bytes, cut) in new[] { ("whole.webm", whole, false), ("cut.webm", whole[..(whole.Length / 2)], true) })
        {
            File.WriteAllBytes(folder.File(name), bytes);
            using var reader = CameraSource.Parse(folder.File(name)).Open();
            var gray = new byte[reader.WidthPx * reader.HeightPx];
            while (reader.TryRead(gray, out _)) { }
            Assert.Equal(cut, reader.Shortfall is not null);
        }
    }

    [Fact]
    public void Black_overexposed_and_frozen_pictures_are_told_once_and_their_end_too()
    {
        var trouble = new CameraTrouble();
        var said = new List<string>();
        long index = 0;
        void Show(int frames, double mean, double dark, double bright, bool same)
        {
            for (int i = 0; i < frames; i++, index++)
                if (trouble.Add(new CameraFrame(index, index / 25.0, 0, mean, dark, bright, same)) is { } text) said.Add(text);
        }
        Show(25, 110, 0.1, 0.01, false);
        Show(5, 2, 1, 0, false);        // a blink of the light is not told
        Show(25, 110, 0.1, 0.01, false);
        Assert.Empty(said);
        Show(50, 2, 1, 0, true);
        Show(10, 110, 0.1, 0.01, false);
        Show(50, 240, 0, 0.8, false);
        Show(50, 110, 0.1, 0.01, true);
        Show(10, 110, 0.1, 0.01, false);
        Assert.Equal(6, said.Count);
        Assert.Contains("black", said[0]);
        Assert.Contains("again after 50 black", said[1]);
        Assert.Contains("again after 50 overexposed", said[3]);
        Assert.Contains("overexposed", said[2]);
        Assert.Contains("frozen", said[4]);
        Assert.Equal(150, trouble.FaultyFrames);
    }
}
