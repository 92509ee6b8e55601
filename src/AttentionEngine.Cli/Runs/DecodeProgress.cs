using System.Diagnostics;
using System.Globalization;

namespace AttentionEngine.Cli.Runs;

/// <summary>Tasks done and the time that is left, as one changing line on a terminal's stderr; a line per task elsewhere.</summary>
/// <param name="skipped">Tasks that an earlier run has finished: they say nothing of the time that is left.</param>
internal sealed class DecodeProgress(int tasks, int skipped) : IProgress<double>
{
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _done, _told = -1;
    private string _id = "";

    public void Begin(string id)
    {
        _id = id;
        if (!_terminal) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attend: decoding {id} ({_done + 1} of {tasks}){Left((double)(_done - skipped) / (tasks - skipped))}"));
    }

    /// <param name="value">Part of this task, 0 to 1.</param>
    public void Report(double value)
    {
        double part = (Math.Max(0, _done - skipped) + Math.Clamp(value, 0, 1)) / (tasks - skipped);
        int percent = (int)(100 * part);
        if (!_terminal || percent == _told) return;
        _told = percent;
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[Kdecoding {_id} ({_done + 1} of {tasks}): {percent} %{Left(part)} "));
    }

    /// <summary>Time left when this part is done.</summary>
    private string Left(double part) => part > 0.02 ? string.Create(CultureInfo.InvariantCulture, $", about {_clock.Elapsed.TotalSeconds * (1 - part) / part:F0} s left") : "";

    public void End()
    {
        _done++;
        if (_terminal && _done == tasks) Console.Error.Write("\r\u001b[K");
    }
}
