using System.Runtime.InteropServices;

namespace AttentionEngine.Cli.Runs;

/// <summary>
/// The stop that a participant can reach: the space bar of the run's terminal (a USB button is a keyboard), or the signal USR1 from
/// any program. It silences the ears; the recording goes on.
/// </summary>
internal sealed class ParticipantStop : IDisposable
{
    private const PosixSignal UserSignal1 = (PosixSignal)10; // SIGUSR1 of Linux; .NET takes raw numbers
    private const int PollMs = 10;
    private readonly Action _stop;
    private readonly PosixSignalRegistration? _signal;
    private readonly Timer? _keys;

    private ParticipantStop(Action stop)
    {
        _stop = stop;
        if (OperatingSystem.IsLinux()) _signal = PosixSignalRegistration.Create(UserSignal1, context => { context.Cancel = true; Stop(); });
        if (!Console.IsInputRedirected) _keys = new Timer(_ => Poll(), null, PollMs, PollMs);
    }

    public static ParticipantStop Listen(Action stop) => new(stop);

    public void Dispose()
    {
        _keys?.Dispose();
        _signal?.Dispose();
    }

    private void Poll()
    {
        while (Console.KeyAvailable)
            if (Console.ReadKey(intercept: true).Key == ConsoleKey.Spacebar) Stop();
    }

    private void Stop()
    {
        _stop();
        Console.Error.WriteLine("attend: participant stop: the ears are silent until the run is started again");
    }
}
