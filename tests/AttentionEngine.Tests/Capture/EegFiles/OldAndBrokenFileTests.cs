using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using AttentionEngine.Capture.EegFiles;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;
using AttentionEngine.Tests.Fuzzing;

namespace AttentionEngine.Tests.Capture.EegFiles;

public class OldAndBrokenFileTests
{
    /// <summary>A matrix of MATLAB version 4 as its format describes it: five integers, the name, the numbers column by column.</summary>
    private static byte[] Version4(string name, bool big, int precision, int kind, int rows, int columns, params double[] values)
    {
        var bytes = new List<byte>();
        void Number(byte[] little) => bytes.AddRange(big ? little.Reverse() : little);
        foreach (int v in new[] { (big ? 1000 : 0) + 10 * precision + kind, rows, columns, 0, name.Length + 1 }) Number(BitConverter.GetBytes(v));
        bytes.AddRange(Encoding.ASCII.GetBytes(name + "\0"));
        foreach (double v in values)
            Number(precision switch { 0 => BitConverter.GetBytes(v), 1 => BitConverter.GetBytes((float)v), 2 => BitConverter.GetBytes((int)v), 3 => BitConverter.GetBytes((short)v), 4 => BitConverter.GetBytes((ushort)v), _ => [(byte)v] });
        return [.. bytes];
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Version_4_is_read_in_both_byte_orders(bool big)
    {
        byte[] file = [.. Version4("eeg", big, 0, 0, 3, 2, 1, 2, 3, -4.5, 5, 6), .. Version4("small", big, 3, 0, 1, 2, -7, 300), .. Version4("fs", big, 2, 0, 1, 1, 64), .. Version4("s", big, 1, 0, 1, 1, 0.5), .. Version4("name", big, 5, 1, 1, 2, 'h', 'i')];
        var read = MatFile.Parse(file, "old.mat");
        Assert.Equal([3, 2], read["eeg"].Shape);
        Assert.Equal([1, 2, 3, -4.5, 5, 6], read["eeg"].ToDoubles());
        Assert.Equal([-7, 300], read["small"].ToDoubles());
        Assert.Equal([64, 0.5], [read["fs"].Scalar("x", "fs"), read["s"].Scalar("x", "s")]);
        Assert.Equal("hi", read["name"].Text);
        foreach (int cut in new[] { 21, 40, file.Length - 1 }) Assert.Contains("is cut off", Assert.Throws<InputDataException>(() => MatFile.Parse(file[..cut], "old.mat")).Message, StringComparison.Ordinal);
    }

    /// <summary>Version 5 with the most significant byte first, by a writer of its own.</summary>
    private static byte[] BigEndian(bool compress)
    {
        static byte[] Int(int v) { var b = new byte[4]; BinaryPrimitives.WriteInt32BigEndian(b, v); return b; }
        static byte[] Real(double v) { var b = new byte[8]; BinaryPrimitives.WriteDoubleBigEndian(b, v); return b; }
        static byte[] Element(int type, params byte[][] parts) { byte[] data = [.. parts.SelectMany(p => p)]; return [.. Int(type), .. Int(data.Length), .. data, .. new byte[(8 - data.Length % 8) % 8]]; }
        static byte[] Small(int type, params byte[] data) => [.. Int(data.Length << 16 | type), .. data, .. new byte[4 - data.Length]];
        static byte[] Array(int kind, string name, int[] shape, params byte[][] content) =>
            Element(14, [Element(6, Int(kind), Int(0)), Element(5, [.. shape.Select(Int)]), name.Length is > 0 and <= 4 ? Small(1, Encoding.ASCII.GetBytes(name)) : Element(1, Encoding.ASCII.GetBytes(name)), .. content]);
        byte[] numbers = Array(6, "x", [2, 2], Element(9, Real(1), Real(-2), Real(3.5), Real(4)));
        byte[] packedShort = Array(6, "short", [1, 2], Small(3, 0xFF, 0xFE, 0x01, 0x00)); // doubles that MATLAB packed as int16: −2, 256
        byte[] text = Array(4, "t", [1, 2], Element(17, [0, (byte)'O', 0, (byte)'k']));
        byte[] nested = Array(2, "s", [1, 1], Small(5, Int(8)), Element(1, Encoding.ASCII.GetBytes("fs\0\0\0\0\0\0c\0\0\0\0\0\0\0")),
            Array(6, "", [1, 1], Element(9, Real(64))), Array(1, "", [1, 1], Array(6, "", [1, 1], Element(9, Real(7)))));
        var header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, Platform: SOL2".PadRight(116), header);
        (header[124], header[125], header[126], header[127]) = (1, 0, (byte)'M', (byte)'I');
        byte[] Packed(byte[] element)
        {
            using var target = new MemoryStream();
            using (var zlib = new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(element);
            return [.. Int(15), .. Int((int)target.Length), .. target.ToArray()];
        }
        return [.. header, .. new[] { numbers, packedShort, text, nested }.SelectMany(e => compress ? Packed(e) : e)];
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_big_endian_file_of_version_5_is_read(bool compress)
    {
        var read = MatFile.Parse(BigEndian(compress), "sun.mat");
        Assert.Equal([1, -2, 3.5, 4], read["x"].ToDoubles());
        Assert.Equal([-2, 256], read["short"].ToDoubles());
        Assert.Equal("Ok", read["t"].Text);
        Assert.Equal(64, read["s"].Field("fs")!.Scalar("x", "fs"));
        Assert.Equal(7, read["s"].Field("c")!.Cells[0].Scalar("x", "c"));
        byte[] file = BigEndian(compress);
        Assert.Throws<InputDataException>(() => MatFile.Parse(file[..^5], "sun.mat"));
    }

    [Fact]
    public void Old_files_survive_mutated_input()
    {
        byte[][] seeds = [Version4("eeg", false, 0, 0, 3, 2, 1, 2, 3, 4, 5, 6), Version4("eeg", true, 3, 0, 3, 2, 1, 2, 3, 4, 5, 6), BigEndian(false), BigEndian(true)];
        var result = FuzzRun.Of(new Mutator(17, seeds, [[255, 255, 255, 255], [0, 0, 0, 14], [0, 1, 0, 5]], 4096), 10_000, bytes => MatFileTests.Try(() => MatFile.Parse(bytes, "x")), length => 2_000_000 + 2000L * length);
        Assert.InRange(result.Understood, 200, result.Inputs);
    }

    [Fact]
    public void A_discontinuous_EDF_has_NaN_where_nothing_was_recorded()
    {
        var recording = EdfReader.Parse(EegFileTests.Edf(false, 2, "EDF+D", secondRecordS: 2.5, startS: 0.25), "x");
        Assert.Equal(14, recording.SampleCount);
        Assert.Equal([0f, 2, 2, 4, 4, 6, 6, 8], recording.Samples[..8]);
        Assert.All(recording.Samples[8..20], v => Assert.True(float.IsNaN(v)));
        Assert.Equal([20f, 22, 22, 24, 24, 26, 26, 28], recording.Samples[20..]);
        Assert.Equal([new(2, 1, "", "word"), new(4, 6, "", "BAD_gap")], recording.Events);
        Assert.Contains("before record 1 ends", Assert.Throws<InputDataException>(() => EdfReader.Parse(EegFileTests.Edf(false, 2, "EDF+D", secondRecordS: 0.2), "x")).Message, StringComparison.Ordinal);
        Assert.Contains("Export each continuous part", Assert.Throws<InputDataException>(() => EdfReader.Parse(EegFileTests.Edf(false, 2, "EDF+D", secondRecordS: 9000), "x")).Message, StringComparison.Ordinal);
    }

    /// <summary>Cut anywhere, a file is refused with its name, or (a MATLAB file between two variables) has fewer variables; never a crash, never made-up samples.</summary>
    [Fact]
    public void A_file_that_was_cut_off_is_refused_wherever_it_was_cut()
    {
        byte[] mat = MatWriter.Encode([("eeg", MatValue.Numeric([4, 2], new double[] { 1, 2, 3, 4, 5, 6, 7, 8 }))], compress: true);
        foreach (var (file, parse) in new (byte[], Action<byte[]>)[] { (EegFileTests.Edf(false, 3), b => EdfReader.Parse(b, "cut")), (EegFileTests.Edf(true, 3), b => EdfReader.Parse(b, "cut")), (mat, b => MatFile.Parse(b, "cut")) })
        {
            parse([.. file]);
            for (int length = 0; length < file.Length; length += length < 300 ? 1 : 7)
            {
                if (ReferenceEquals(file, mat) && length == 128) continue; // a header alone: a file without variables
                var error = Assert.Throws<InputDataException>(() => parse(file[..length]));
                Assert.Contains("cut", error.Message, StringComparison.Ordinal);
            }
        }
    }
}
