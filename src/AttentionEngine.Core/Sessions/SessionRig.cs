using System.Text.RegularExpressions;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Core.Sessions;

/// <summary>
/// Copies a rig and the models it names into a session, so that the session replays anywhere and after the models have changed.
/// </summary>
public static partial class SessionRig
{
    private const string ModelFolder = "models";

    /// <summary>Writes <c>rig.yaml</c> and <c>models/</c>; models that the rig names but that do not exist yet are left out.</summary>
    /// <returns>Name and path of each copied model file.</returns>
    public static IReadOnlyList<(string Name, string Path)> Save(Rig rig, SessionFolder session)
    {
        var copied = new List<(string, string)>();
        string text = File.ReadAllText(rig.FilePath);
        text = FusionKey().Replace(text, m => m.Groups[1].Value + CopyFolder(rig.Attention.FusionModel, "fusion", session, copied));
        if (rig.AudioPath.MaskModel is { } masks) text = MaskKey().Replace(text, m => m.Groups[1].Value + CopyFolder(masks, "masks", session, copied));
        if (rig.Attention.EegDecoder is { } decoder)
        {
            string folder = CopyFolder(Path.GetDirectoryName(decoder)!, "eeg-decoder", session, copied);
            text = DecoderKey().Replace(text, m => m.Groups[1].Value + folder + "/" + Path.GetFileName(decoder));
        }
        if (rig.Array.Measured is { } measured) text = SofaKey().Replace(text, m => m.Groups[1].Value + CopyFile(measured.Source, "sofa", session, copied));
        if (rig.CalibrationFile is { } calibration) text = CalibrationKey().Replace(text, m => m.Groups[1].Value + CopyFile(calibration, "calibration", session, copied));
        using var file = new StreamWriter(new FileStream(session.Rig, FileMode.CreateNew));
        file.Write(text);
        return copied;
    }

    private static string CopyFile(string source, string name, SessionFolder session, List<(string, string)> copied)
    {
        string target = Path.Combine(session.Root, ModelFolder, name, Path.GetFileName(source));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target);
        copied.Add(($"{name}/{Path.GetFileName(source)}", target));
        return $"{ModelFolder}/{name}/{Path.GetFileName(source)}";
    }

    private static string CopyFolder(string source, string name, SessionFolder session, List<(string, string)> copied)
    {
        string relative = ModelFolder + "/" + name;
        string target = Path.Combine(session.Root, ModelFolder, name);
        if (Directory.Exists(source))
        {
            Directory.CreateDirectory(target);
            foreach (string file in Directory.EnumerateFiles(source).Order(StringComparer.Ordinal))
            {
                string to = Path.Combine(target, Path.GetFileName(file));
                File.Copy(file, to);
                copied.Add(($"{name}/{Path.GetFileName(file)}", to));
            }
        }
        return relative;
    }

    [GeneratedRegex(@"(\bfusion_model:\s*)[^\s,}]+")]
    private static partial Regex FusionKey();

    [GeneratedRegex(@"(\bsofa_file:\s*)[^\s,}]+")]
    private static partial Regex SofaKey();

    [GeneratedRegex(@"(\bcalibration_file:\s*)[^\s,}#]+")]
    private static partial Regex CalibrationKey();

    [GeneratedRegex(@"(\bmask_model:\s*)[^\s,}]+")]
    private static partial Regex MaskKey();

    [GeneratedRegex(@"(\beeg_decoder:\s*)[^\s,}]+")]
    private static partial Regex DecoderKey();
}
