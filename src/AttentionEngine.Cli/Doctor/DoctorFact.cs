namespace AttentionEngine.Cli.Doctor;

internal enum FactStatus { Ok, Missing }

/// <summary>One thing that the engine needs or profits from.</summary>
/// <param name="Name">Short and stable: scripts look for it.</param>
/// <param name="Required">Whether the demo cannot run without.</param>
/// <param name="Found">What was found, with version, path or number; or why it is missing.</param>
/// <param name="ToDo">What to do about it; null where nothing is to be done.</param>
internal sealed record DoctorFact(string Name, FactStatus Status, bool Required, string Found, string? ToDo = null)
{
    public static DoctorFact Ok(string name, bool required, string found) => new(name, FactStatus.Ok, required, found);
    public static DoctorFact Missing(string name, bool required, string why, string toDo) => new(name, FactStatus.Missing, required, why, toDo);
}
