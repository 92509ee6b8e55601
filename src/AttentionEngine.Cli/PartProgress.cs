using System.Globalization;

namespace AttentionEngine.Cli;

/// <summary>The part that is done, as one changing line on a terminal's stderr; nothing when stderr is a file or a pipe.</summary>
internal sealed class PartProgress(string what)
{
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private int _told = -1;

    /// <param name="part">0 to 1.</param>
    public void Report(double part)
    {
        int percent = (int)(100 * part);
        if (!_terminal || percent == _told) return;
        _told = percent;
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{what}: {percent} % "));
    }

    public void Done()
    {
        if (_terminal && _told >= 0) Console.Error.Write("\r\u001b[K");
    }
}
