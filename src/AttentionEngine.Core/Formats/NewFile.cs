using AttentionEngine.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AttentionEngine.Core.Formats;

/// <summary>
/// A new file that is written by position. It never overwrites: an existing file is a <see cref="ConfigurationException"/>.
/// A failed write (disk full, device gone) is a <see cref="DataLossException"/> at once. Writes allocate nothing.
/// </summary>
public sealed class NewFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    public NewFile(string path)
    {
        Path = path;
        try
        {
            string? folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path));
            if (folder is not null) Directory.CreateDirectory(folder);
            // Others may read while we write: a session is watched and a camera's frames are read as they come.
            _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new ConfigurationException($"{path} exists, and recordings are never overwritten. Give another name, or move the file away.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} cannot be created: {e.Message}. Give a folder that can be written to.", e);
        }
    }

    public string Path { get; }

    /// <summary>Bytes appended so far.</summary>
    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        WriteAt(bytes, Length);
        Length += bytes.Length;
    }

    /// <summary>Overwrites bytes that were appended before, for example a count in a header.</summary>
    public void WriteAt(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException) // the last: larger than the file system takes
        {
            // A part may have been written: what is kept ends where the last whole write ended.
            if (offset == Length) RandomAccess.SetLength(_handle, Length);
            throw new DataLossException($"{Path}: {bytes.Length} bytes could not be written at byte {offset}: {e.Message}. What was written before is kept; free some space and record again.", e);
        }
    }

    /// <summary>Asks the system to put everything on the disk, so that it survives a power cut.</summary>
    public void Sync()
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (IOException e)
        {
            throw new DataLossException($"{Path}: the system could not write to the disk: {e.Message}.", e);
        }
    }

    public void Dispose() => _handle.Dispose();
}
