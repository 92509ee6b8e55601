using System.Globalization;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Cli.Doctor;

/// <summary>What the engine runs on besides code, by reading it: the default talkers.</summary>
internal static class MaterialFacts
{
    private const int TalkersWanted = 8; // rigs/speech/make-default-speech.sh

    public static IEnumerable<DoctorFact> All()
    {
        yield return Speech();
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
