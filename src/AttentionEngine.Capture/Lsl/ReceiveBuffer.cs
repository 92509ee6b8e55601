using System.Net.Sockets;

namespace AttentionEngine.Capture.Lsl;

/// <summary>Bytes that have come over a stream socket and are not parsed yet. It grows only by what has really arrived, never by a length that somebody claims.</summary>
internal sealed class ReceiveBuffer(int initialBytes = 256 << 10)
{
    private byte[] data = new byte[initialBytes];
    private int start, end;

    public ReadOnlySpan<byte> Unread => data.AsSpan(start, end - start);

    public void Consume(int bytes) => start += bytes;

    /// <summary>Waits for more bytes from the socket.</summary>
    /// <param name="maxBytes">Most unread bytes that may pile up.</param>
    /// <returns>False when the other side has closed.</returns>
    /// <exception cref="LslProtocolException">More than <paramref name="maxBytes"/> are unread.</exception>
    public bool Fill(Socket socket, int maxBytes)
    {
        MakeRoom(maxBytes);
        int n = socket.Receive(data.AsSpan(end), SocketFlags.None);
        end += n;
        return n > 0;
    }

    /// <summary>Takes bytes that have come some other way, as many as there is room for without growing by more than a step.</summary>
    /// <returns>Bytes taken.</returns>
    public int Fill(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        MakeRoom(maxBytes);
        int n = Math.Min(bytes.Length, data.Length - end);
        bytes[..n].CopyTo(data.AsSpan(end));
        end += n;
        return n;
    }

    private void MakeRoom(int maxBytes)
    {
        if (start == end) start = end = 0;
        if (end == data.Length)
        {
            if (start > 0)
            {
                Buffer.BlockCopy(data, start, data, 0, end - start);
                end -= start;
                start = 0;
            }
            else
            {
                if (data.Length >= maxBytes) throw new LslProtocolException($"a message of more than {maxBytes} bytes");
                Array.Resize(ref data, (int)Math.Min((long)data.Length * 2, maxBytes));
            }
        }
    }

    /// <summary>Takes text up to and including <paramref name="terminator"/> once it is there.</summary>
    public bool TryTakeUntil(ReadOnlySpan<byte> terminator, out string text)
    {
        int at = Unread.IndexOf(terminator);
        text = at < 0 ? "" : System.Text.Encoding.UTF8.GetString(Unread[..at]);
        if (at >= 0) Consume(at + terminator.Length);
        return at >= 0;
    }
}
