using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Datasets;

/// <summary>Finds out which data set a file or folder is, and gives its trials subject by subject.</summary>
public static class ListeningDataset
{
    /// <summary>The files of one subject each, in natural order.</summary>
    /// <param name="path">One file of a subject, or the folder of them.</param>
    public static IReadOnlyList<string> SubjectFiles(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new InputDataException($"{path} is not there. Give the file of one subject, or the folder of a data set.");
        if (AvedLoader.IsSubject(path) || BidsLoader.IsSubject(path) && BidsLoader.HasRecording(path)) return [path];
        if (AvedLoader.Subjects(path) is { Count: > 0 } listeners) return listeners;
        // Derivatives, too, lie in folders of participants.
        if (BidsLoader.Subjects(path) is { Count: > 0 } subjects && (subjects.Any(BidsLoader.HasRecording) || SparrKuleeLoader.FirstOfEachSubject(path).Count == 0)) return subjects;
        if (SparrKuleeLoader.FirstOfEachSubject(path) is { Count: > 0 } recordings) return recordings;
        var files = Directory.EnumerateFiles(path, "*.mat").Where(f => !string.Equals(Path.GetFileName(f), "dataStim.mat", StringComparison.OrdinalIgnoreCase))
            .OrderBy(f => Path.GetFileName(f).Length).ThenBy(f => f, StringComparer.Ordinal).ToList();
        if (files.Count == 0) files = NpzTrials.FirstOfEachSubject(path);
        return files.Count > 0 ? files : throw new InputDataException($"{path} has neither BIDS participants (sub-*), nor .mat files of subjects, nor SparrKULee's *_eeg.npy, nor AVED's trial*.set, nor .npz files of trials. Give the folder in which they lie.");
    }

    /// <exception cref="InputDataException">Damaged, or of no data set that is known here.</exception>
    public static IReadOnlyList<ListeningTrial> ReadSubject(string path)
    {
        if (BidsLoader.IsSubject(path)) return BidsLoader.ReadSubject(path);
        if (AvedLoader.IsSubject(path)) return AvedLoader.ReadSubject(path);
        if (SparrKuleeLoader.IsRecording(path)) return SparrKuleeLoader.ReadSubject(path);
        if (path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)) return NpzTrials.ReadSubject(path);
        string stimuli = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "dataStim.mat");
        var file = MatFile.Read(path);
        if (file.ContainsKey("eeg") && File.Exists(stimuli)) return CndLoader.Convert(stimuli, path);
        if (KulLoader.Recognises(file)) return KulLoader.Convert(file, path);
        if (DtuLoader.RecognisesPreprocessed(file)) return DtuLoader.ConvertPreprocessed(file, path);
        if (NjuRecordings.Recognises(file)) return NjuRecordings.Convert(file, path);
        if (DtuLoader.RecognisesRaw(file)) return DtuLoader.ConvertRaw(file, path);
        if (NjuLoader.Recognises(file)) return NjuLoader.Convert(file, path);
        if (AvGcLoader.Recognises(file)) return AvGcLoader.Convert(file, path);
        if (TrialArrays.Recognises(file)) return TrialArrays.Convert(file, path);
        if (file.FirstOrDefault(v => v.Value.Kind == MatKind.Opaque) is { Key: { } table } && file[table].Text is "table" or "timetable")
            throw new InputDataException($"{path}: '{table}' is {file[table].Describe()}, which only MATLAB can open, and no loader here knows the rest of the file. In MATLAB: writetable({table}, '{Path.GetFileName(Path.ChangeExtension(path, ".csv"))}'), or convert the trials to CND.");
        throw new InputDataException($"{path} has the variables {string.Join(", ", file.Keys.Order(StringComparer.Ordinal))}, which is none of the data sets known here (KU Leuven 2016, DTU 2018 raw and preprocessed, NJU raw and preprocessed, AV-GC-AAD 2024, CND with dataStim.mat beside). Convert it to CND.");
    }
}
