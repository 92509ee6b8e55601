using System.IO.Compression;
using System.Text;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Core.Formats;

public sealed class NpyTests : IDisposable
{
    private readonly TempFolder _temp = new();
    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Rows_are_read_back_in_shape_and_type()
    {
        string path = _temp.File("features.npy");
        var row = new float[2 * 3];
        using (var writer = new NpyWriter<float>(path, 2, 3))
        {
            for (int t = 0; t < 50_000; t++)
            {
                for (int i = 0; i < row.Length; i++) row[i] = t * 10 + i;
                writer.Append(row);
            }
        }
        var array = NpyReader.Read(path);
        Assert.Equal([50_000, 2, 3], array.Shape);
        Assert.Equal("<f4", array.Descr);
        Assert.Equal(49_999 * 10 + 5, array.ToSingles()[^1]);
        Assert.Throws<ConfigurationException>(() => new NpyWriter<float>(path));
    }

    [Fact]
    public void Vectors_of_doubles_and_ints()
    {
        using (var writer = new NpyWriter<double>(_temp.File("t.npy"))) { writer.Append(1.5); writer.Append(2.5); }
        using (var writer = new NpyWriter<int>(_temp.File("i.npy"))) writer.Append([-1, 7, int.MaxValue]);
        Assert.Equal([1.5, 2.5], NpyReader.Read(_temp.File("t.npy")).ToDoubles());
        Assert.Equal([-1, 7, int.MaxValue], NpyReader.Read(_temp.File("i.npy")).ToInt32s());
        Assert.Equal([2], NpyReader.Read(_temp.File("t.npy")).Shape);
    }

    [Fact]
    public void A_killed_writer_leaves_what_it_flushed_and_numpys_padding_rule_holds()
    {
        string path = _temp.File("k.npy");
        using var writer = new NpyWriter<int>(path, 4);
        writer.Append([1, 2, 3, 4]);
        writer.Flush();
        writer.Append([5, 6, 7, 8]);
        Assert.Equal([1, 4], NpyReader.Read(path).Shape);
        byte[] bytes = new byte[256];
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)) file.ReadExactly(bytes);
        Assert.Equal(256 - 10, bytes[8] | bytes[9] << 8);
        Assert.Equal((byte)'\n', bytes[255]);
        Assert.StartsWith("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 4), }", Encoding.ASCII.GetString(bytes, 10, 200), StringComparison.Ordinal);
    }

    [Fact]
    public void Appending_allocates_nothing()
    {
        using var writer = new NpyWriter<double>(_temp.File("z.npy"), 5);
        var row = new double[5];
        for (int i = 0; i < 5000; i++) writer.Append(row);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20_000; i++) writer.Append(row);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Fortran_order_and_npz_archives()
    {
        string path = _temp.File("a.npz");
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var w = new BinaryWriter(zip.CreateEntry("eeg.npy").Open());
            byte[] header = Encoding.ASCII.GetBytes("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }\n");
            w.Write([0x93, .. "NUMPY"u8, 1, 0]);
            w.Write((ushort)header.Length);
            w.Write(header);
            foreach (double v in new double[] { 11, 21, 12, 22, 13, 23 }) w.Write(v);
        }
        var eeg = NpyReader.ReadNpz(path)["eeg"];
        Assert.Equal([2, 3], eeg.Shape);
        Assert.Equal([11, 12, 13, 21, 22, 23], eeg.ToDoubles());
        Assert.Equal([11, 12, 13, 21, 22, 23], eeg.ToSingles());
    }

    [Fact]
    public void Numpys_own_files()
    {
        var arrays = NpyReader.ReadNpz(SharedData.PathOrSkip("data/eeg/dtu_single_talker/DTU_S1_000.npz"));
        Assert.Equal([3200, 64], arrays["eeg"].Shape);
        Assert.Equal([3200, 1], arrays["envelope"].Shape);
        Assert.Equal(3840, NpyReader.ReadNpz(SharedData.PathOrSkip("bench/aad/golden/aad_s01_64hz_golden.npz"))["pred"].Shape[1]);
    }

    [Fact]
    public void Cut_anywhere_or_not_npy_is_an_input_error()
    {
        string path = _temp.File("whole.npy");
        using (var writer = new NpyWriter<float>(path, 2)) writer.Append([1, 2, 3, 4]);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            string cut = _temp.File($"cut{length}.npy");
            File.WriteAllBytes(cut, whole[..length]);
            Assert.Throws<InputDataException>(() => NpyReader.Read(cut));
        }
        File.WriteAllText(_temp.File("bad.npz"), "no zip");
        Assert.Throws<InputDataException>(() => NpyReader.ReadNpz(_temp.File("bad.npz")));
    }
}
