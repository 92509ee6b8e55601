using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Core.Formats;

public sealed class Y4mTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Frames_are_read_while_the_file_grows()
    {
        string path = _temp.File("video/ego.y4m");
        Assert.False(Y4mReader.TryOpen(path, out _));
        using var writer = new Y4mWriter(path, 8, 6, 25);
        using var reader = Y4mReader.Open(path);
        Assert.Equal((8, 6, 25.0), (reader.WidthPx, reader.HeightPx, reader.RateHz));
        var frame = new byte[48];
        Assert.False(reader.TryRead(0, frame));
        for (int i = 0; i < 5; i++)
        {
            frame.AsSpan().Fill((byte)(10 + i));
            writer.Append(frame);
            Assert.True(reader.TryRead(i, frame));
            Assert.All(frame, b => Assert.Equal(10 + i, b));
            Assert.False(reader.TryRead(i + 1, frame));
        }
        Assert.True(reader.TryRead(2, frame));
        Assert.All(frame, b => Assert.Equal(12, b));
        Assert.Equal(5, reader.Frames);
    }

    [Fact]
    public void A_half_written_frame_is_not_there_yet()
    {
        string whole = _temp.File("w.y4m");
        using (var writer = new Y4mWriter(whole, 4, 4, 25)) { writer.Append(new byte[16]); writer.Append(new byte[16]); }
        byte[] bytes = File.ReadAllBytes(whole);
        int header = bytes.AsSpan().IndexOf((byte)'\n') + 1;
        for (int length = 0; length < bytes.Length; length++)
        {
            string cut = _temp.File($"cut{length}.y4m");
            File.WriteAllBytes(cut, bytes[..length]);
            bool opened = Y4mReader.TryOpen(cut, out var reader);
            Assert.Equal(length >= header, opened);
            if (reader is null) continue;
            using (reader) Assert.Equal(length - header >= 22, reader.TryRead(0, new byte[16]));
        }
    }

    [Theory]
    [InlineData("RIFF, something else\n")]
    [InlineData("YUV4MPEG2 W0 H180 F25:1 Cmono\n")]
    [InlineData("YUV4MPEG2 Wx H180 F25:1 Cmono\n")]
    [InlineData("YUV4MPEG2 W320 H180 F25:1 C444\n")]
    public void Something_else_is_an_input_error(string header)
    {
        string path = _temp.File("bad.y4m");
        File.WriteAllText(path, header);
        Assert.Contains(path, Assert.Throws<InputDataException>(() => Y4mReader.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_luminance_of_420_is_read()
    {
        string path = _temp.File("c420.y4m");
        File.WriteAllBytes(path, [.. "YUV4MPEG2 W2 H2 F30000:1001 C420jpeg\n"u8, .. "FRAME\n"u8, 1, 2, 3, 4, 128, 128, .. "FRAME\n"u8, 5, 6, 7, 8, 128, 128]);
        using var reader = Y4mReader.Open(path);
        var gray = new byte[4];
        Assert.True(reader.TryRead(1, gray));
        Assert.Equal([5, 6, 7, 8], gray);
        Assert.Equal(29.97, reader.RateHz, 2);
    }
}
