using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.EegFiles;

/// <summary>Opens an EEG file by its extension.</summary>
public static class EegFile
{
    /// <summary>The extensions that <see cref="Read"/> takes.</summary>
    public static readonly IReadOnlyList<string> Extensions = [".vhdr", ".edf", ".bdf", ".set"];

    /// <exception cref="InputDataException">Missing, of another format, or damaged.</exception>
    public static EegRecording Read(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".VHDR" => BrainVisionReader.Read(path),
        ".EDF" or ".BDF" => EdfReader.Read(path),
        ".SET" => EeglabReader.Read(path),
        ".EEG" or ".VMRK" or ".DAT" => throw new InputDataException($"{path} is one part of a BrainVision recording. Give its header, the .vhdr file."),
        ".FDT" => throw new InputDataException($"{path} holds the samples of an EEGLAB recording only. Give the .set file beside it."),
        var other => throw new InputDataException($"{path}: '{other}' is no EEG format that is read here; expected one of {string.Join(", ", Extensions)}."),
    };

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
