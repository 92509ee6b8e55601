using AttentionEngine.Core.Errors;
using PureHDF;
using PureHDF.VOL.Native;

namespace AttentionEngine.Capture.Matlab;

/// <summary>Reads MATLAB v7.3 files (HDF5): numbers, text, cells and structs through object references. MATLAB objects come as <see cref="MatKind.Opaque"/>.</summary>
internal sealed class Mat73Reader
{
    private const int MostDepth = 64;
    /// <summary>More than deflate can pack: a declared size beyond it is a lie.</summary>
    private const long MostExpansion = 1100;

    private readonly NativeFile _file;
    private readonly string _path;
    private readonly long _fileBytes;
    private long _budgetBytes;

    private Mat73Reader(NativeFile file, string path)
    {
        (_file, _path, _fileBytes) = (file, path, new FileInfo(path).Length);
        _budgetBytes = _fileBytes * MostExpansion;
    }

    public static IReadOnlyDictionary<string, MatValue> Read(string path)
    {
        try
        {
            using var file = H5File.OpenRead(path);
            var reader = new Mat73Reader(file, path);
            return file.Children().Where(c => c.Name is not ("#refs#" or "#subsystem#")).ToDictionary(c => c.Name, c => reader.Value(c, 0));
        }
#pragma warning disable CA1031 // The HDF5 library throws whatever a damaged byte leads it to; it is all one thing to the user.
        catch (Exception e) when (e is not (AttendException or OutOfMemoryException))
#pragma warning restore CA1031
        {
            throw new InputDataException($"{path} cannot be read as a MATLAB v7.3 (HDF5) file: {e.Message} The file is damaged or cut off; copy it again, or save it with save(..., '-v7').", e);
        }
    }

    private MatValue Value(IH5Object node, int depth)
    {
        if (depth > MostDepth) throw new InputDataException($"{_path}: cells and structs are nested more than {MostDepth} deep.");
        string matlabClass = node.AttributeExists("MATLAB_class") ? node.Attribute("MATLAB_class").Read<string>().TrimEnd('\0') : "";
        if (node.AttributeExists("MATLAB_object_decode")) return MatValue.Opaque(matlabClass.Length > 0 ? matlabClass : "object");
        if (node is IH5Group group) return Struct(group, depth);
        if (node is not IH5Dataset data) return MatValue.Opaque(node.GetType().Name);
        // MATLAB's sizes are HDF5's in reverse, and the order in memory is the same.
        int[] shape = [.. data.Space.Dimensions.Reverse().Select(d => checked((int)d))];
        if (shape.Length < 2) shape = [.. Enumerable.Repeat(1, 2 - shape.Length), .. shape];
        long count = shape.Aggregate(1L, (a, b) => checked(a * b));
        long bytes = checked(count * Math.Max(1, data.Type.Size));
        if (count > Array.MaxLength || (_budgetBytes -= bytes) < 0) throw new InputDataException($"{_path}: '{node.Name}' declares {string.Join('×', shape)} values; a file of {_fileBytes} bytes cannot hold them. It is damaged.");
        if (node.AttributeExists("MATLAB_empty")) return matlabClass == "char" ? MatValue.Chars("") : matlabClass == "cell" ? MatValue.CellArray([0, 0], []) : MatValue.Empty;
        if (data.Type.Class == H5DataTypeClass.Reference) return MatValue.CellArray(shape, References(data, depth));
        Array numbers = Numbers(data);
        if (matlabClass == "char") return MatValue.Chars(new string([.. MatValue.Numeric(shape, numbers).ToDoubles().Select(c => (char)c)]));
        return MatValue.Numeric(shape, numbers);
    }

    private MatValue Struct(IH5Group group, int depth)
    {
        // A struct array keeps each field as references without a class of their own; a field that is a cell says so.
        var fields = new Dictionary<string, IReadOnlyList<MatValue>>(StringComparer.Ordinal);
        int count = -1;
        foreach (var child in group.Children())
        {
            bool arrayOfStructs = child is IH5Dataset d && d.Type.Class == H5DataTypeClass.Reference && !child.AttributeExists("MATLAB_class");
            var value = Value(child, depth + 1);
            IReadOnlyList<MatValue> values = arrayOfStructs ? value.Cells : [value];
            if (count >= 0 && values.Count != count) throw new InputDataException($"{_path}: the fields of '{group.Name}' have {count} and {values.Count} elements. The file is damaged.");
            count = values.Count;
            fields[child.Name] = values;
        }
        return MatValue.StructArray([1, Math.Max(0, count)], fields);
    }

    private MatValue[] References(IH5Dataset data, int depth) =>
        [.. data.Read<NativeObjectReference1[]>().Select(r => Value(_file.Get(r), depth + 1))];

    private Array Numbers(IH5Dataset data) => (data.Type.Class, data.Type.Size) switch
    {
        (H5DataTypeClass.FloatingPoint, 8) => data.Read<double[]>(),
        (H5DataTypeClass.FloatingPoint, 4) => data.Read<float[]>(),
        (H5DataTypeClass.FixedPoint, 1) => data.Type.FixedPoint.IsSigned ? data.Read<sbyte[]>() : data.Read<byte[]>(),
        (H5DataTypeClass.FixedPoint, 2) => data.Type.FixedPoint.IsSigned ? data.Read<short[]>() : data.Read<ushort[]>(),
        (H5DataTypeClass.FixedPoint, 4) => data.Type.FixedPoint.IsSigned ? data.Read<int[]>() : data.Read<uint[]>(),
        (H5DataTypeClass.FixedPoint, 8) => data.Type.FixedPoint.IsSigned ? data.Read<long[]>() : data.Read<ulong[]>(),
        var (c, size) => throw new InputDataException($"{_path}: '{data.Name}' holds {c} values of {size} bytes; expected real numbers, text, cells or structs."),
    };
}
