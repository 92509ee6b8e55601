using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Xdf;

/// <param name="SyncEveryS">Seconds of the host's time after which everything written is put on the disk, so that a power cut costs at most that; 0 leaves it to the system.</param>
/// <param name="IdleFlushS">Seconds of the host's time after which data that wait for more are given to the system; 0: only by the data's own time.</param>
/// <param name="FailoverPath">A new file, best on another disk, in which recording goes on after a write error; null ends the recording.</param>
/// <param name="OnProblem">Is told a write error when it happens, also when nobody writes at that moment; called on any thread, must not block.</param>
public sealed record XdfWriterOptions(double SyncEveryS = 1, double IdleFlushS = XdfWriter.FlushEveryS, string? FailoverPath = null, Action<DataLossException>? OnProblem = null);

/// <summary>Where a recording's bytes go.</summary>
internal interface IXdfOutput : IDisposable
{
    string Path { get; }

    /// <summary>Bytes appended so far.</summary>
    long Length { get; }

    /// <exception cref="DataLossException">They could not be written; what was appended before is kept.</exception>
    void Append(ReadOnlySpan<byte> bytes);

    /// <exception cref="DataLossException">The disk failed.</exception>
    void Sync();
}

internal sealed class XdfFileOutput(string path) : IXdfOutput
{
    private readonly Core.Formats.NewFile _file = new(path);

    public string Path => _file.Path;
    public long Length => _file.Length;
    public void Append(ReadOnlySpan<byte> bytes) => _file.Append(bytes);
    public void Sync() => _file.Sync();
    public void Dispose() => _file.Dispose();
}
