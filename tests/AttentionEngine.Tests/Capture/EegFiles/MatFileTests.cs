using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;
using AttentionEngine.Tests.Fuzzing;

namespace AttentionEngine.Tests.Capture.EegFiles;

public class MatFileTests
{
    [Fact]
    public void A_compressed_file_of_another_writer_is_read()
    {
        var file = MatFile.Parse(MatSamples.V5, "v5.mat");
        Assert.Equal([3, 2], file["x"].Shape);
        Assert.Equal([0, 1, 2, 3, 4, 5], file["x"].ToDoubles());
        Assert.Equal([1, 2, 3], file["cells"].Cells[0].ToDoubles());
        Assert.Equal("L", file["cells"].Cells[1].Text);
        Assert.Equal(64, file["s"].Field("fs")!.Scalar("v5.mat", "fs"));
        Assert.Equal("R", file["s"].Field("sub")!.Field("side")!.Text);
    }

    [Fact]
    public void A_v73_file_is_read_through_its_references()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("v73.mat"), MatSamples.V73());
        var file = MatFile.Read(folder.File("v73.mat"));
        Assert.Equal(["cells", "expinfo", "many", "name", "s", "x"], file.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([3, 2], file["x"].Shape);
        Assert.Equal([0, 1, 2, 3, 4, 5], file["x"].ToDoubles());
        Assert.Equal("Böe", file["name"].Text);
        Assert.Equal([1, 2], file["cells"].Shape);
        Assert.Equal([1, 2, 3], file["cells"].Cells[0].ToDoubles());
        Assert.Equal("L", file["cells"].Cells[1].Text);
        Assert.Equal(64, file["s"].Field("fs")!.ToDoubles()[0]);
        Assert.Equal(0, file["s"].Field("none")!.Count);
        Assert.Equal(2, file["many"].Count);
        Assert.Equal("L", file["many"].Field("v", 1)!.Text);
        Assert.Equal(MatKind.Opaque, file["expinfo"].Kind);
        Assert.Equal("table", file["expinfo"].Text);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void What_is_written_is_read_again(bool compress)
    {
        var fields = new Dictionary<string, IReadOnlyList<MatValue>> { ["labels"] = [MatValue.Chars("Fz"), MatValue.Chars("Ü,1")], ["n"] = [MatValue.Scalar(1), MatValue.Empty] };
        var value = MatValue.Struct(("data", MatValue.CellArray([1, 2], [MatValue.Numeric([2, 2], new float[] { 1, 2, 3, float.NaN }), MatValue.Numeric([1, 3], new short[] { -1, 0, 1 })])), ("chanlocs", MatValue.StructArray([1, 2], fields)));
        var read = MatFile.Parse(MatWriter.Encode([("eeg", value)], compress), "x")["eeg"];
        Assert.Equal([1f, 2, 3, float.NaN], read.Field("data")!.Cells[0].ToSingles());
        Assert.Equal([-1, 0, 1], read.Field("data")!.Cells[1].ToDoubles());
        Assert.Equal("Ü,1", read.Field("chanlocs")!.Field("labels", 1)!.Text);
        Assert.Equal(0, read.Field("chanlocs")!.Field("n", 1)!.Count);
    }

    [Fact]
    public void A_MATLAB_table_is_seen_as_one()
    {
        // An opaque element as MATLAB writes it: flags, name, "MCOS", class, references.
        using var body = new MemoryStream();
        void Element(uint type, byte[] data)
        {
            body.Write([.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[(8 - data.Length % 8) % 8]]);
        }
        Element(6, [17, 0, 0, 0, 0, 0, 0, 0]);
        Element(1, "expinfo"u8.ToArray());
        Element(1, "MCOS"u8.ToArray());
        Element(1, "table"u8.ToArray());
        byte[] file = [.. MatWriter.Encode([], compress: false), .. BitConverter.GetBytes(14u), .. BitConverter.GetBytes((int)body.Length), .. body.ToArray()];
        var table = MatFile.Parse(file, "S1.mat")["expinfo"];
        Assert.Equal(MatKind.Opaque, table.Kind);
        Assert.Equal("an object of the MATLAB class 'table'", table.Describe());
    }

    [Fact]
    public void Every_truncation_is_refused_or_gives_fewer_variables()
    {
        byte[] whole = MatWriter.Encode([("a", MatValue.Numeric([1, 50], new double[50])), ("b", MatValue.Chars("text"))], compress: true);
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                Assert.InRange(MatFile.Parse(whole[..length], "x").Count, 0, 1);
            }
            catch (InputDataException e)
            {
                Assert.Equal(ExitCode.InputInvalid, e.ExitCode);
            }
        }
    }

    [Fact]
    public void The_v5_parser_survives_mutated_input()
    {
        byte[][] seeds = [MatSamples.V5, MatWriter.Encode([("s", MatValue.Struct(("c", MatValue.CellArray([1, 2], [MatValue.Chars("ab"), MatValue.Numeric([2, 1], new double[2])]))))], compress: false)];
        byte[][] words = [[14, 0, 0, 0], [15, 0, 0, 0], [1, 0, 4, 0], [9, 0, 0, 0], [255, 255, 255, 127], [17, 0, 0, 0], [5, 0, 0, 0]];
        var result = FuzzRun.Of(new Mutator(11, seeds, words, 4096), 20_000, bytes => Try(() => MatFile.Parse(bytes, "x")), length => 3_000_000 + 3000L * length);
        Assert.InRange(result.Understood, 400, result.Inputs);
    }

    [Fact]
    public void The_v73_reader_survives_damaged_files()
    {
        using var folder = new TempFolder();
        byte[] whole = MatSamples.V73();
        string path = folder.File("x.mat");
        var mutator = new Mutator(12, [whole], [[255, 255, 255, 127], "TREE"u8.ToArray(), "SNOD"u8.ToArray()], whole.Length);
        int understood = 0;
        for (int i = 0; i < 300; i++)
        {
            File.WriteAllBytes(path, mutator.Next());
            if (Try(() => MatFile.Read(path))) understood++;
        }
        Assert.InRange(understood, 5, 300);
    }

    internal static bool Try(Action parse)
    {
        try
        {
            parse();
            return true;
        }
        catch (InputDataException)
        {
            return false; // the right way to refuse
        }
    }
}
