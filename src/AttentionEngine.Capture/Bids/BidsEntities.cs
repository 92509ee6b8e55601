using System.Text;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Bids;

/// <summary>Which recording a BIDS file is of: the entities of its name (BIDS specification, "File name structure").</summary>
public sealed record BidsEntities
{
    /// <exception cref="ConfigurationException">A label holds something else than letters and digits.</exception>
    public BidsEntities(string subject, string? session, string task, string? run)
    {
        (Subject, Session, Task, Run) = (Label("--subject", subject), session is null ? null : Label("--session", session), Label("--task", task), run is null ? null : Label("--run", run));
        if (run is not null && !run.All(char.IsAsciiDigit)) throw new ConfigurationException($"--run is '{run}'; BIDS wants a number.");
    }

    public string Subject { get; }
    public string? Session { get; }
    public string Task { get; }
    public string? Run { get; }

    /// <summary>The folder of this subject and session below the root, for example <c>sub-01/ses-02</c>.</summary>
    public string Folder => Session is null ? $"sub-{Subject}" : $"sub-{Subject}/ses-{Session}";

    /// <summary>The name up to the suffix, entities in the order of the specification.</summary>
    /// <param name="tracksys">Motion: the tracking system.</param>
    /// <param name="acq">Tells apart several streams of one kind.</param>
    /// <param name="recording">Physiological recordings: which.</param>
    public string Name(string suffix, string? tracksys = null, string? acq = null, string? recording = null)
    {
        var name = new StringBuilder($"sub-{Subject}");
        if (Session is not null) name.Append($"_ses-{Session}");
        name.Append($"_task-{Task}");
        if (tracksys is not null) name.Append($"_tracksys-{tracksys}");
        if (acq is not null) name.Append($"_acq-{acq}");
        if (Run is not null) name.Append($"_run-{Run}");
        if (recording is not null) name.Append($"_recording-{recording}");
        return name.Append($"_{suffix}").ToString();
    }

    /// <summary>Any text as a label: its letters and digits.</summary>
    public static string AsLabel(string text)
    {
        string label = new([.. text.Where(char.IsAsciiLetterOrDigit)]);
        return label.Length == 0 ? "unnamed" : label;
    }

    private static string Label(string option, string text) => text.Length > 0 && text.All(char.IsAsciiLetterOrDigit) ? text
        : throw new ConfigurationException($"{option} is '{text}'; BIDS labels are letters and digits only, for example {AsLabel(text)}.");
}
