using System.Globalization;
using AttentionEngine.Attention.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Inference;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Cli.Doctor;

/// <summary>What the engine runs on besides code, by using it: the models and the default talkers.</summary>
internal static class MaterialFacts
{
    private const int TalkersWanted = 8; // rigs/speech/make-default-speech.sh

    public static IEnumerable<DoctorFact> All()
    {
        string? models = ModelsFolder();
        if (models is null)
        {
            yield return DoctorFact.Missing("models", true, $"no folder `models` beside AttentionEngine.sln above {AppContext.BaseDirectory}", "Run attend from a clone of the repository.");
        }
        else
        {
            foreach (string contract in Directory.EnumerateFiles(models, "model.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                yield return Model(Path.GetDirectoryName(contract)!);
            foreach (string decoder in Directory.EnumerateFiles(models, "decoder.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                yield return EegDecoder(decoder);
        }
        yield return Speech();
    }

    /// <summary>Loads a model under its contract and replays its golden file.</summary>
    private static DoctorFact Model(string folder)
    {
        string name = $"model {Path.GetFileName(folder)}";
        try
        {
            using var model = OnnxModel.Load(folder);
            var golden = GoldenReplay.Run(model);
            string found = string.Create(CultureInfo.InvariantCulture, $"version {model.Contract.Version}, {model.Contract.Status}; {golden.Steps} golden steps within {golden.WorstDifference:0.0e+0} of {golden.Tolerance:0.0e+0}");
            return golden.Passed ? DoctorFact.Ok(name, true, found)
                : DoctorFact.Missing(name, true, found, $"This machine computes something else than the one that trained it. Look closer with: attend model check {folder}");
        }
        catch (AttendException e) { return DoctorFact.Missing(name, true, e.Message, $"git checkout -- {folder}"); }
    }

    private static DoctorFact EegDecoder(string file)
    {
        string folder = Path.GetDirectoryName(file)!, name = $"model {Path.GetFileName(folder)}";
        try
        {
            var decoder = TemporalResponseFunction.Read(file);
            return DoctorFact.Ok(name, true, $"version {decoder.Version}, {decoder.Channels.Count} electrodes x {decoder.Lags} lags");
        }
        catch (AttendException e) { return DoctorFact.Missing(name, true, e.Message, $"git checkout -- {folder}"); }
    }

    private static string? ModelsFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AttentionEngine.sln")) && Directory.Exists(Path.Combine(folder.FullName, "models"))) return Path.Combine(folder.FullName, "models");
        return null;
    }

    private static DoctorFact Speech()
    {
        const string name = "default speech";
        string root = SpeechFolder.DefaultRoot, toDo = "./attend setup (makes them with flite)";
        double seconds = 0;
        for (int i = 1; i <= TalkersWanted; i++)
        {
            string file = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"t{i}.wav"));
            if (!File.Exists(file)) return DoctorFact.Missing(name, true, $"{file} is not there", toDo);
            try { seconds += AudioFile.Read(file).DurationS; }
            catch (InputDataException e) { return DoctorFact.Missing(name, true, e.Message, $"Delete {file} and run ./attend setup."); }
        }
        return DoctorFact.Ok(name, true, string.Create(CultureInfo.InvariantCulture, $"{TalkersWanted} talkers, {seconds / 60:0.0} minutes, {root}"));
    }
}
