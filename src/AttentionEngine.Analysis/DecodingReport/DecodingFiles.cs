using System.Globalization;
using System.Security.Cryptography;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>
/// The output folder of a decoding: BIDS derivatives. A participant's finished result is also the checkpoint from which an interrupted run
/// goes on: it is taken again only when job and data are the same, to the bit.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="json">Options that write non-finite numbers as null and read them back as NaN.</param>
public sealed class DecodingFiles(string root, JsonSerializerOptions json)
{
    /// <summary>What is on disk for one participant.</summary>
    public sealed record Checkpoint(string Schema, string Key, DecodingResult Result);

    private const string Schema = "attend.decoding/1";

    /// <summary>BIDS spells its own keys.</summary>
    private static readonly JsonSerializerOptions Plain = new() { WriteIndented = true };

    /// <summary>Creates the folder with its description, or takes up one that is already such a folder.</summary>
    /// <exception cref="ConfigurationException">The folder holds something else.</exception>
    public void Open(string version)
    {
        string description = Path.Combine(root, "dataset_description.json");
        if (File.Exists(description)) return;
        // A run that was killed here leaves the description unfinished, and nothing else.
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any(e => e != description + ".part")) throw new ConfigurationException($"{root} is not empty and no folder of decoding results. Give an empty or a new folder.");
        Directory.CreateDirectory(root);
        Replace(description, JsonSerializer.Serialize(new { Name = "Attention decoding", BIDSVersion = "1.9.0", DatasetType = "derivative", GeneratedBy = new[] { new { Name = "AttentionEngine", Version = version } } }, Plain));
    }

    /// <summary>Keeps a second run out of the folder until disposed of.</summary>
    /// <exception cref="ConfigurationException">Another run is at work in it.</exception>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(Path.Combine(root, ".lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"Another run is at work in {root}, or it may not be written ({e.Message}). Wait for it, or give another output folder.", e);
        }
    }

    /// <summary>Names a job on a participant's data: SHA-256 over both.</summary>
    public static string KeyOf(EegParticipant participant, DecodingJob job, string version)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { job, version, participant.Id, participant.RateHz, Channels = participant.Channels.Select(c => (c.Name, c.Type).ToString()) })));
        foreach (var trial in participant.Trials)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { trial.Id, trial.AttendedIndex, trial.StimulusSides, trial.Groups })));
            hash.AppendData(MemoryMarshal.AsBytes<double>(trial.Eeg));
            foreach (double[] e in trial.Envelopes) hash.AppendData(MemoryMarshal.AsBytes<double>(e));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The finished result of this job on these data, or null.</summary>
    /// <exception cref="ConfigurationException">The folder holds the participant's result of another job or other data.</exception>
    /// <exception cref="InputDataException">The file of the result is damaged.</exception>
    public DecodingResult? Finished(string participant, DecodingModel model, string key)
    {
        string path = ResultPath(participant, model);
        if (!File.Exists(path)) return null;
        Checkpoint? found;
        try
        {
            found = JsonSerializer.Deserialize<Checkpoint>(File.ReadAllText(path), json);
        }
        catch (JsonException e)
        {
            throw new InputDataException($"{path} is damaged: {e.Message} Delete it; the participant is then decoded again.", e);
        }
        return found?.Key == key ? found.Result : throw new ConfigurationException($"{path} is the result of another job, other data or another version. Give another output folder, or delete that file.");
    }

    /// <summary>Puts a participant's result on disk: whole or not at all.</summary>
    public void Save(DecodingResult result, string key)
    {
        string path = ResultPath(result.ParticipantId, result.Model);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var trials = new StringBuilder("trial\tattended_index\tlambda\tchoice\tr_attended\tr_unattended_largest\n");
        foreach (var t in result.Trials)
        {
            double other = t.Correlation.Where((_, k) => k != t.AttendedIndex).DefaultIfEmpty(double.NaN).Max();
            trials.Append(CultureInfo.InvariantCulture, $"{t.TrialId}\t{t.AttendedIndex}\t{Number(t.Lambda)}\t{(t.Choice.Length > 0 ? t.Choice : "n/a")}\t{Number(t.Correlation[t.AttendedIndex])}\t{Number(other)}\n");
        }
        Replace(Beside(path, "_trials.tsv"), trials.ToString());
        if (result.Maps is { } maps) Replace(Beside(path, "_maps.tsv"), MapFiles.Table(maps));
        // Last: with this file the participant is finished. Reconstructions stay out; they are as large as the data.
        Replace(path, JsonSerializer.Serialize(new Checkpoint(Schema, key, WithoutPredictions(result)), json));
    }

    /// <summary>The tables and the page over all participants. These are made from the results, and made anew each time.</summary>
    /// <returns>Path of the page.</returns>
    public string WriteSummary(DecodingReportInput input)
    {
        var table = new StringBuilder("participant,model,window_s,windows,accuracy,ci95_low,ci95_high,chance,permutation_limit95,permutation_p,shifted_limit95,bits_per_min\n");
        foreach (var r in input.Results)
            foreach (var a in r.Accuracy)
                table.Append(CultureInfo.InvariantCulture, $"{r.ParticipantId},{DecodingModels.NameOf(r.Model)},{Number(a.WindowS)},{a.WindowCount},{Number(a.Accuracy)},{Number(a.Low)},{Number(a.High)},{Number(a.Chance)},{Number(a.PermutationLimit95)},{Number(a.PermutationP)},{Number(a.ShiftedLimit95)},{Number(a.BitsPerMinute)}\n");
        Replace(Path.Combine(root, "accuracy.csv"), table.ToString());
        Replace(Path.Combine(root, "controls.csv"), ControlsTable.Csv(input.Results));
        Replace(Path.Combine(root, "reliability.csv"), MapFiles.Reliability(input.Results));
        if (input.Results.Any(r => r.LagCurve.Count > 0)) Replace(Path.Combine(root, "single_lag.csv"), LagCurveFigure.Csv(input.Results));
        if (ModelTable.Csv(input) is { } models) Replace(Path.Combine(root, "models.csv"), models);
        if (MapFiles.Gaze(input) is { } gaze) Replace(Path.Combine(root, "gaze.csv"), gaze);
        Replace(Path.Combine(root, "group.csv"), GroupSections.GroupTable(input));
        if (input.Results.Any(r => r.MatchMismatch.Count > 0)) Replace(Path.Combine(root, "match_mismatch.csv"), GroupSections.MatchMismatchTable(input.Results));
        Replace(Path.Combine(root, "methods.txt"), MethodsParagraph.Text(input) + "\n");
        string page = Path.Combine(root, "report.html");
        Replace(page, DecodingReportPage.Html(input));
        return page;
    }

    /// <summary>The same result without what is not kept on disk, so that a resumed run and a whole one are the same.</summary>
    public static DecodingResult WithoutPredictions(DecodingResult result) => result with { Trials = [.. result.Trials.Select(t => t with { Prediction = [] })] };

    /// <summary>The folder of one participant.</summary>
    public string ParticipantFolder(string participant) => Path.GetDirectoryName(ResultPath(participant, DecodingModel.Ridge))!;

    private static string Beside(string path, string end) => path[..^"_result.json".Length] + end;

    private string ResultPath(string participant, DecodingModel model)
    {
        string label = new([.. participant.Where(char.IsAsciiLetterOrDigit)]);
        if (label.Length == 0) throw new InputDataException($"The participant's id '{participant}' has no letter or digit for a BIDS label.");
        return Path.Combine(root, $"sub-{label}", $"sub-{label}_desc-{DecodingModels.NameOf(model).Replace("-", "", StringComparison.Ordinal)}_result.json");
    }

    internal static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "n/a";

    private static void Replace(string path, string text)
    {
        try
        {
            using (var file = new FileStream(path + ".part", FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }
            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataLossException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
