using System.Globalization;

namespace AttentionEngine.Cli;

/// <summary>One changing line on a terminal's stderr; nothing when stderr is a file or a pipe.</summary>
internal sealed class Progress(string what, double? totalS)
{
    private readonly bool _terminal = !Console.IsErrorRedirected;

    public void Report(double doneS)
    {
        if (!_terminal) return;
        string of = totalS is { } total ? string.Create(CultureInfo.InvariantCulture, $" of {total:F0} s") : " s";
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{what} {doneS:F1}{of} "));
    }

    public void Done()
    {
        if (_terminal) Console.Error.WriteLine();
    }
}
