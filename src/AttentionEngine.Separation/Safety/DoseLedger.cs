using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Separation.Safety;

/// <summary>
/// Sound dose of one participant across sessions: a text file, one JSON object a line (<c>attend.dose/1</c>), only ever appended to and put
/// on the disk at once, so that a session that ends badly has still counted. Held exclusively: two sessions of one participant cannot run
/// beside each other. The caller gives the time.
/// </summary>
public sealed partial class DoseLedger : IDisposable
{
    public const string Schema = "attend.dose/1";

    /// <summary>Days that count.</summary>
    public const int Days = 7;

    private readonly FileStream _file;
    private readonly List<(DateTimeOffset End, double Pa2H)> _entries = [];

    private DoseLedger(string participant, FileStream file) => (Participant, _file) = (participant, file);

    public string Participant { get; }
    public string FilePath => _file.Name;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    private static partial Regex Id();

    /// <summary>Opens <c>FOLDER/PARTICIPANT.dose.jsonl</c>, new or existing.</summary>
    /// <param name="participant">Pseudonymous id: letters, digits, <c>_</c> and <c>-</c>.</param>
    /// <exception cref="ConfigurationException">The id cannot be one, or another session holds the file.</exception>
    /// <exception cref="InputDataException">A line is not a dose: the sum would be unknown.</exception>
    public static DoseLedger Open(string folder, string participant)
    {
        if (!Id().IsMatch(participant)) throw new ConfigurationException($"the participant id is `{participant}`, expected 1 to 64 letters, digits, `_` or `-`, starting with a letter or digit");
        string path = Path.Combine(folder, $"{participant}.dose.jsonl");
        FileStream file;
        try
        {
            Directory.CreateDirectory(folder);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: the dose of participant {participant} cannot be kept ({e.Message.TrimEnd('.')}). Another session of this participant may be running; without this file no sound goes to the participant.", e);
        }
        var ledger = new DoseLedger(participant, file);
        try
        {
            ledger.ReadAll();
            return ledger;
        }
        catch
        {
            ledger.Dispose();
            throw;
        }
    }

    /// <summary>Dose of the seven days before <paramref name="now"/>, Pa²h. What was written with a later date counts too: a clock that was set back forgives nothing.</summary>
    public double UsedPa2H(DateTimeOffset now) => _entries.Where(e => e.End > now.AddDays(-Days)).Sum(e => e.Pa2H);

    /// <summary>Counts a stretch of sound that has been heard; on the disk when this returns.</summary>
    /// <param name="seconds">Length of the stretch.</param>
    /// <param name="dosePa2H">Its dose; not negative.</param>
    public void Add(DateTimeOffset end, double seconds, double dosePa2H)
    {
        if (!(dosePa2H >= 0 && double.IsFinite(dosePa2H))) throw new ArgumentOutOfRangeException(nameof(dosePa2H), dosePa2H, "a dose is a finite number of Pa²h, not negative");
        if (!(seconds >= 0 && double.IsFinite(seconds))) throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "a length is a finite number of seconds, not negative");
        string line = string.Create(CultureInfo.InvariantCulture, $"{{\"schema\":\"{Schema}\",\"participant\":\"{Participant}\",\"end\":\"{end.ToUniversalTime():yyyy-MM-ddTHH:mm:ss.fffZ}\",\"seconds\":{seconds:R},\"dose_pa2h\":{dosePa2H:R}}}\n");
        try
        {
            _file.Seek(0, SeekOrigin.End);
            _file.Write(Encoding.UTF8.GetBytes(line));
            _file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw new DataLossException($"{FilePath}: the dose could not be written ({e.Message.TrimEnd('.')}); {dosePa2H} Pa²h are not counted. Stop the sound and free the disk.", e);
        }
        _entries.Add((end, dosePa2H));
    }

    public void Dispose() => _file.Dispose();

    private void ReadAll()
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        int start = 0, number = 1;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)'\n') continue;
            ReadLine(bytes.AsMemory(start, i - start), number++);
            start = i + 1;
        }
        _file.SetLength(start); // a last line without its end was cut off while it was written: it never counted
    }

    private void ReadLine(ReadOnlyMemory<byte> line, int number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.GetProperty("schema").GetString() is { } schema && schema != Schema) throw new FormatException($"its schema is `{schema}`, expected `{Schema}`");
            if (root.GetProperty("participant").GetString() is { } who && who != Participant) throw new FormatException($"it belongs to participant `{who}`");
            double dose = root.GetProperty("dose_pa2h").GetDouble();
            if (!(dose >= 0)) throw new FormatException($"dose_pa2h is {dose}");
            _entries.Add((root.GetProperty("end").GetDateTimeOffset(), dose));
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputDataException($"{FilePath}:{number}: not a line of dose ({e.Message.TrimEnd('.')}), so what participant {Participant} has heard is unknown. Mend or remove that line by hand, deliberately.", e);
        }
    }
}
