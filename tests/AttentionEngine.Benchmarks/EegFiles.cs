using System.Globalization;
using AttentionEngine.Capture.Matlab;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// <c>./attend bench eeg-files DIR [PARTICIPANTS] [RATE_HZ]</c>: made-up listeners (64 channels, 20 × 60 s, two talkers) as plain MATLAB arrays, to time
/// <c>attend decode DIR OUT participant</c> on a whole study. Seeded: the same files each time.
/// </summary>
internal static class EegFiles
{
    private const int Trials = 20, Seconds = 60, Channels = 64;
    private const double Lsb = 1.0 / 2048;

    public static int Run(string[] args)
    {
        if (args.Length is < 2 or > 4) throw new ConfigurationException("Usage: ./attend bench eeg-files DIR [PARTICIPANTS] [RATE_HZ], for example: ./attend bench eeg-files /tmp/study 16 128");
        int participants = Number(args, 2, 16, "PARTICIPANTS", 1, 999), rateHz = Number(args, 3, 128, "RATE_HZ", 16, 1024);
        Directory.CreateDirectory(args[1]);
        for (int p = 1; p <= participants; p++)
        {
            string path = Path.Combine(args[1], string.Create(CultureInfo.InvariantCulture, $"S{p:00}.mat"));
            if (File.Exists(path)) throw new ConfigurationException($"{path} is there already; give an empty folder.");
            MatWriter.Write(path, Participant(new SeededRandom((ulong)p), rateHz));
            Console.Error.WriteLine($"attend: {path}");
        }
        return ExitCode.Ok;
    }

    private static int Number(string[] args, int at, int otherwise, string name, int least, int most) =>
        args.Length <= at ? otherwise : int.TryParse(args[at], CultureInfo.InvariantCulture, out int v) && v >= least && v <= most ? v : throw new ConfigurationException($"{name} {args[at]}: expected a whole number from {least} to {most}.");

    private static (string, MatValue)[] Participant(SeededRandom random, int rateHz)
    {
        int samples = Seconds * rateHz, first = rateHz / 20, last = rateHz / 5;
        short[] eeg = new short[Trials * samples * Channels], attended = new short[Trials * samples], other = new short[Trials * samples];
        double[] side = [.. Enumerable.Range(0, Trials).Select(_ => (double)random.Index(2))];
        double[] mix = [.. Enumerable.Range(0, Channels * Channels).Select(_ => random.Normal() / 8)], topography = [.. Enumerable.Range(0, Channels).Select(_ => random.Normal())];
        // Memories are of time, not of samples: the same spectrum at any rate.
        double envelopeMemory = Math.Exp(-18.0 / rateHz), noiseMemory = Math.Exp(-7.0 / rateHz);
        for (int t = 0; t < Trials; t++)
        {
            double[] a = Coloured(random, samples, envelopeMemory), b = Coloured(random, samples, envelopeMemory);
            double[][] sources = [.. Enumerable.Range(0, Channels).Select(_ => Coloured(random, samples, noiseMemory))];
            for (int n = 0; n < samples; n++)
            {
                double response = 0;
                for (int lag = first; lag < last && lag <= n; lag++) response += 3.0 / rateHz * Math.Sin(2 * Math.PI * (lag - first) / (last - first)) * a[n - lag];
                for (int c = 0; c < Channels; c++)
                {
                    double v = topography[c] * response;
                    for (int s = 0; s < Channels; s++) v += mix[c * Channels + s] * sources[s][n];
                    eeg[t + Trials * (n + samples * c)] = Rounded(v);
                }
                attended[t + Trials * n] = Rounded(a[n]);
                other[t + Trials * n] = Rounded(b[n]);
            }
        }
        return [("eeg", MatValue.Numeric([Trials, samples, Channels], eeg)), ("att", MatValue.Numeric([Trials, samples], attended)), ("unatt", MatValue.Numeric([Trials, samples], other)), ("side", MatValue.Numeric([1, Trials], side)), ("fs", MatValue.Scalar(rateHz)), ("eeg_lsb", MatValue.Scalar(Lsb)), ("env_lsb", MatValue.Scalar(Lsb))];
    }

    private static short Rounded(double value) => (short)Math.Clamp(Math.Round(value / Lsb), short.MinValue, short.MaxValue);

    private static double[] Coloured(SeededRandom random, int samples, double memory)
    {
        var x = new double[samples];
        double state = 0;
        for (int i = 0; i < samples; i++) x[i] = state = memory * state + Math.Sqrt(1 - memory * memory) * random.Normal();
        return x;
    }
}
