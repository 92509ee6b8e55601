using System.Buffers.Binary;
using System.Text;

namespace AttentionEngine.Core.Formats;

/// <summary>
/// Writes OSC 1.0 messages and bundles (Open Sound Control specification, Wright 2002) into a buffer of its own: big-endian, every part padded
/// to 4 bytes. Allocates nothing after construction. A message that does not fit throws.
/// </summary>
public sealed class OscWriter(int capacityBytes)
{
    private readonly byte[] _buffer = new byte[capacityBytes];
    private int _length, _elementStart = -1;
    private bool _bundle;

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Begins a datagram that holds a bundle to be acted on at once, or a single message.</summary>
    public void Begin(bool bundle)
    {
        (_length, _elementStart, _bundle) = (0, -1, bundle);
        if (!bundle) return;
        Text("#bundle"u8);
        BinaryPrimitives.WriteUInt64BigEndian(Take(8), 1); // time tag: immediately
    }

    /// <summary>Begins a message; its arguments follow in the order of the types.</summary>
    /// <param name="address">ASCII, without the closing 0.</param>
    /// <param name="types">Type tags without the comma: f, i, s.</param>
    public void Message(ReadOnlySpan<byte> address, ReadOnlySpan<byte> types)
    {
        EndElement();
        if (_bundle) { _elementStart = _length; Take(4); }
        Text(address);
        int start = _length;
        Take((types.Length + 2 + 3) & ~3).Clear();
        _buffer[start] = (byte)',';
        types.CopyTo(_buffer.AsSpan(start + 1));
    }

    public void Float(float value) => BinaryPrimitives.WriteSingleBigEndian(Take(4), value);
    public void Int(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    /// <param name="ascii">Without the closing 0.</param>
    public void Text(ReadOnlySpan<byte> ascii)
    {
        var target = Take((ascii.Length + 4) & ~3);
        target.Clear();
        ascii.CopyTo(target);
    }

    /// <summary>Ends the datagram.</summary>
    public ReadOnlySpan<byte> End()
    {
        EndElement();
        return Written;
    }

    /// <summary>A name as a part of an address: what OSC forbids there becomes an underscore.</summary>
    public static string AddressPart(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var part = new StringBuilder(name.Length);
        foreach (char c in name) part.Append(c is < '!' or > '~' or '#' or '*' or ',' or '/' or '?' or '[' or ']' or '{' or '}' ? '_' : c);
        return part.Length == 0 ? "_" : part.ToString();
    }

    private void EndElement()
    {
        if (_elementStart >= 0) BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_elementStart), _length - _elementStart - 4);
        _elementStart = -1;
    }

    private Span<byte> Take(int bytes)
    {
        var taken = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return taken;
    }
}
