using AttentionEngine.Core.Errors;
using PureHDF;
using PureHDF.VOL.Native;

namespace AttentionEngine.Core.Acoustics.Sofa;

/// <summary>Named variables and attributes of a SOFA file (NetCDF-4, which is HDF5), with their sizes checked against the file's.</summary>
internal sealed class SofaVariables(NativeFile file, string path)
{
    /// <summary>More than deflate can pack: a declared size beyond it is a lie.</summary>
    private const long MostExpansion = 1100;
    private readonly long _mostBytes = new FileInfo(path).Length * MostExpansion;

    public bool Has(string name) => file.LinkExists(name);

    /// <summary>A global attribute, or null.</summary>
    public string? Attribute(string name) => file.AttributeExists(name) ? Text(file.Attribute(name)) : null;

    /// <summary>An attribute of a variable, or null.</summary>
    public string? Attribute(string variable, string name)
    {
        var data = file.Dataset(variable);
        return data.AttributeExists(name) ? Text(data.Attribute(name)) : null;
    }

    /// <summary>Numbers and their sizes, outermost first.</summary>
    public (double[] Values, int[] Sizes) Numbers(string name)
    {
        if (!Has(name)) throw new InputDataException($"{path}: the variable `{name}` is missing. The file is not whole, or is no SOFA file of the convention it names.");
        var data = (NativeDataset)file.Dataset(name);
        int[] sizes = [.. data.Space.Dimensions.Select(d => checked((int)d))];
        long count = sizes.Aggregate(1L, (a, b) => checked(a * b));
        if (count * data.Type.Size > _mostBytes || count > int.MaxValue / 8) throw new InputDataException($"{path}: `{name}` declares {string.Join(" × ", sizes)} values, more than the file can hold. It is damaged.");
        // The library's own cache holds 1 MB: a larger chunk would be unpacked again for every row.
        var access = new H5DatasetAccess(ChunkCache: new SimpleReadingChunkCache(chunkSlotCount: 521, byteCount: (ulong)(count * data.Type.Size) + (1 << 20)));
        double[] values = (data.Type.Class, data.Type.Size) switch
        {
            (H5DataTypeClass.FloatingPoint, 8) => data.Read<double[]>(access),
            (H5DataTypeClass.FloatingPoint, 4) => [.. data.Read<float[]>(access).Select(v => (double)v)],
            (H5DataTypeClass.FixedPoint, 4) => [.. data.Read<int[]>(access).Select(v => (double)v)],
            (H5DataTypeClass.FixedPoint, 2) => [.. data.Read<short[]>(access).Select(v => (double)v)],
            var (c, size) => throw new InputDataException($"{path}: `{name}` holds {c} values of {size} bytes; expected real numbers."),
        };
        int bad = Array.FindIndex(values, v => !double.IsFinite(v));
        return bad < 0 ? (values, sizes) : throw new InputDataException($"{path}: `{name}` has a value that is no number at index {bad} of {values.Length}. Export the file again.");
    }

    private static string Text(IH5Attribute attribute)
    {
        string text = attribute.Space.Type == H5DataspaceType.Scalar ? attribute.Read<string>() : string.Concat(attribute.Read<string[]>());
        return text.TrimEnd('\0').Trim();
    }
}
