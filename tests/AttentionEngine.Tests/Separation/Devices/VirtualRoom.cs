using System.Diagnostics;
using AttentionEngine.Separation.Devices;

namespace AttentionEngine.Tests.Separation.Devices;

/// <summary>Drives a virtual device from a thread of its own: what it plays comes back through stated paths of delay and gain, plus a sound from outside.</summary>
public sealed class VirtualRoom : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stop;

    /// <param name="paths">Output, input, delay in samples (at least the block), gain.</param>
    /// <param name="outside">Sample of an input at an index, besides what is played; or null.</param>
    public VirtualRoom(AudioDevice device, int block, (int Output, int Input, int Delay, float Gain)[] paths, Func<int, long, float>? outside = null)
    {
        int inputs = device.Options.Inputs, outputs = device.Options.Outputs;
        int longest = paths.Length == 0 ? block : paths.Max(p => p.Delay);
        if (paths.Any(p => p.Delay < block)) throw new ArgumentException("no path can be shorter than a block", nameof(paths));
        _thread = new Thread(() =>
        {
            var played = new float[outputs][];
            for (int o = 0; o < outputs; o++) played[o] = new float[longest + block];
            var input = new float[inputs * block];
            var output = new float[outputs * block];
            var watch = Stopwatch.StartNew();
            long index = 0;
            for (long n = 1; !_stop; n++)
            {
                Array.Clear(input);
                foreach (var (o, i, delay, gain) in paths)
                    for (int t = 0; t < block; t++) input[i * block + t] += gain * played[o][longest + block + t - delay];
                if (outside is not null)
                    for (int i = 0; i < inputs; i++)
                        for (int t = 0; t < block; t++) input[i * block + t] += outside(i, index + t);
                long lost = LoseEvery > 0 && n % LoseEvery == 0 ? block : 0;
                index += lost;
                device.Drive(input, output, block, Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency), lost);
                index += block;
                for (int o = 0; o < outputs; o++)
                {
                    played[o].AsSpan(block).CopyTo(played[o]);
                    output.AsSpan(o * block, block).CopyTo(played[o].AsSpan(longest));
                }
                // Faster than real time, but not so fast that the reader's ring overflows.
                double aheadS = (double)index / device.Options.RateHz / Speed - watch.Elapsed.TotalSeconds;
                if (aheadS > 0.002) Thread.Sleep(TimeSpan.FromSeconds(aheadS));
            }
        }) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>A block is lost after every so many; 0: never.</summary>
    public int LoseEvery { get; init; }

    /// <summary>Seconds of sound in a second.</summary>
    public double Speed { get; init; } = 4;

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }
}
