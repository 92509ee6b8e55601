using System.Buffers.Binary;
using System.Text;

namespace AttentionEngine.Tests.Pipeline.SteeringOut;

/// <summary>Reads OSC datagrams, written apart from the engine's writer: address and arguments of each message.</summary>
internal static class OscReader
{
    public static List<(string Address, object[] Arguments)> Read(ReadOnlySpan<byte> datagram)
    {
        var result = new List<(string, object[])>();
        if (!datagram.StartsWith("#bundle\0"u8)) { result.Add(Message(datagram)); return result; }
        Assert.Equal(1ul, BinaryPrimitives.ReadUInt64BigEndian(datagram[8..]));
        for (int at = 16; at < datagram.Length;)
        {
            int size = BinaryPrimitives.ReadInt32BigEndian(datagram[at..]);
            Assert.Equal(0, size % 4);
            result.Add(Message(datagram.Slice(at + 4, size)));
            at += 4 + size;
        }
        return result;
    }

    private static (string, object[]) Message(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        string address = Text(bytes, ref at), types = Text(bytes, ref at);
        Assert.StartsWith(",", types, StringComparison.Ordinal);
        var values = new List<object>();
        foreach (char type in types[1..])
        {
            if (type == 's') { values.Add(Text(bytes, ref at)); continue; }
            values.Add(type == 'f' ? (object)BinaryPrimitives.ReadSingleBigEndian(bytes[at..]) : BinaryPrimitives.ReadInt32BigEndian(bytes[at..]));
            at += 4;
        }
        Assert.Equal(bytes.Length, at);
        return (address, [.. values]);
    }

    private static string Text(ReadOnlySpan<byte> bytes, ref int at)
    {
        int length = bytes[at..].IndexOf((byte)0);
        string text = Encoding.ASCII.GetString(bytes.Slice(at, length));
        at += (length + 4) & ~3;
        return text;
    }
}
