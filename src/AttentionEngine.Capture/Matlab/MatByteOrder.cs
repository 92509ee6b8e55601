using System.Buffers.Binary;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Matlab;

/// <summary>Turns the elements of a big-endian MATLAB v5 file (Solaris, old Macs) into little-endian ones, in place.</summary>
internal static class MatByteOrder
{
    private const int MostDepth = 64;

    /// <param name="elements">One data element after another, each with its tag; of compressed ones only the tag is turned.</param>
    public static void ToLittleEndian(Span<byte> elements, string path, int depth = 0)
    {
        if (depth > MostDepth) throw new InputDataException($"{path}: cells and structs are nested more than {MostDepth} deep. The file is damaged.");
        int at = 0;
        while (at + 8 <= elements.Length)
        {
            uint first = BinaryPrimitives.ReadUInt32BigEndian(elements[at..]);
            BinaryPrimitives.WriteUInt32LittleEndian(elements[at..], first);
            if (first >> 16 is > 0 and <= 4 and var small)
            {
                Turn(elements.Slice(at + 4, (int)small), first & 0xFFFF);
                at += 8;
                continue;
            }
            uint size = BinaryPrimitives.ReadUInt32BigEndian(elements[(at + 4)..]);
            BinaryPrimitives.WriteUInt32LittleEndian(elements[(at + 4)..], size);
            if (size > elements.Length - at - 8) throw new InputDataException($"{path} is cut off: an element declares {size} bytes, {elements.Length - at - 8} are there. Copy it again.");
            var data = elements.Slice(at + 8, (int)size);
            if (first == MatElement.Matrix) ToLittleEndian(data, path, depth + 1);
            else Turn(data, first);
            at = (int)Math.Min(elements.Length, at + 8L + (first == MatElement.Compressed ? size : (size + 7L) / 8 * 8));
        }
    }

    private static void Turn(Span<byte> data, uint type)
    {
        int width = type switch
        {
            MatElement.Int16 or MatElement.UInt16 or MatElement.Utf16 => 2,
            MatElement.Int32 or MatElement.UInt32 or MatElement.Single or MatElement.Utf32 => 4,
            MatElement.Double or MatElement.Int64 or MatElement.UInt64 => 8,
            _ => 1,
        };
        for (int i = 0; width > 1 && i + width <= data.Length; i += width) data.Slice(i, width).Reverse();
    }
}
