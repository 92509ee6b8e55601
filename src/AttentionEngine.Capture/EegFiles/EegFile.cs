using System.IO.Compression;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>Opens an EEG file by its extension.</summary>
public static class EegFile
{
    /// <summary>The extensions that <see cref="Read"/> takes.</summary>
    public static readonly IReadOnlyList<string> Extensions = [".vhdr", ".edf", ".bdf", ".set", ".bdf.gz", ".edf.gz"];

    /// <exception cref="InputDataException">Missing, of another format, or damaged.</exception>
    public static EegRecording Read(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".VHDR" => BrainVisionReader.Read(path),
        ".EDF" or ".BDF" => EdfReader.Read(path),
        ".GZ" when IsRecording(path) => EdfReader.Parse(ReadWhole(path, "the recording"), path),
        ".SET" => EeglabReader.Read(path),
        ".EEG" or ".VMRK" or ".DAT" => throw new InputDataException($"{path} is one part of a BrainVision recording. Give its header, the .vhdr file."),
        ".FDT" => throw new InputDataException($"{path} holds the samples of an EEGLAB recording only. Give the .set file beside it."),
        var other => throw new InputDataException($"{path}: '{other}' is no EEG format that is read here; expected one of {string.Join(", ", Extensions)}."),
    };

    /// <summary>Whether the name ends as one of <see cref="Extensions"/>.</summary>
    public static bool IsRecording(string path) => Extensions.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>As <see cref="ReadAllBytes"/>, unpacked where the name ends with .gz; grows with what is really there.</summary>
    internal static byte[] ReadWhole(string path, string role)
    {
        byte[] bytes = ReadAllBytes(path, role);
        if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return bytes;
        try
        {
            using var packed = new GZipStream(new MemoryStream(bytes, writable: false), CompressionMode.Decompress);
            using var whole = new MemoryStream();
            packed.CopyTo(whole);
            return whole.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw new InputDataException($"{path} cannot be unpacked ({e.Message}). It is damaged or cut off; copy it again.", e);
        }
    }

    /// <summary>Bytes of a file that must fit in memory at once.</summary>
    internal static byte[] ReadAllBytes(string path, string role)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists) throw new InputDataException($"{path} is not there: it is {role}. Put it beside the others, under exactly this name.");
            if (info.Length > Array.MaxLength) throw new InputDataException($"{path} has {info.Length} bytes; files up to {Array.MaxLength} bytes are read. Cut it into shorter recordings.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
