using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// <c>./attend bench eeg</c>: the standard job of offline decoding (64 channels, 64 Hz, 20 trials of 60 s, 17 lags, 15 λ, nested leave-one-trial-out,
/// six windows) in CPU seconds and peak memory, beside mTRFpy and MNE where their Python packages are installed. The peers are measured on a
/// share of the job and multiplied by the number of fits: their whole job takes from half an hour to hours.
/// </summary>
internal static class EegDecoding
{
    private const int Trials = 20, Channels = 64, Samples = 3840, RateHz = 64;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static int Run(bool json)
    {
        var algebra = DenseAlgebra.Open(Console.Error.WriteLine);
        var participant = Participant(new SeededRandom(1));
        var job = new DecodingJob { Permutations = 0, Shifts = 0 };
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        var result = AttentionDecoding.Run(algebra, participant, job);
        double wallS = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        double cpuS = (process.TotalProcessorTime - cpu).TotalSeconds, peakMib = process.PeakWorkingSet64 / 1048576.0;
        var nulls = process.TotalProcessorTime;
        var withNulls = AttentionDecoding.Run(algebra, participant, job with { Permutations = 1000, Shifts = 100 });
        process.Refresh();
        double nullsS = (process.TotalProcessorTime - nulls).TotalSeconds;
        var peers = EegPeers.Measure(participant);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new { Schema = "attend.bench-eeg/1", algebra.Name, CpuS = cpuS, WallS = wallS, PeakMib = peakMib, CpuWithNullsS = nullsS, result.Solver, Accuracy = result.Accuracy.Select(a => new { a.WindowS, a.Accuracy }), Peers = peers }, Options));
            return ExitCode.Ok;
        }
        Print($"standard job: {Channels} channels, {RateHz} Hz, {Trials} x {Samples / RateHz} s, 17 lags, {job.Lambdas.Count} lambdas, nested leave-one-trial-out, {job.WindowsS.Count} windows");
        Print($"  attend   {cpuS,9:0.0} CPU s   {wallS:0.0} s   {peakMib:0} MiB peak   {algebra.Name}");
        Print($"           {result.Solver.Systems} systems, {result.Solver.Iterations} iterations, worst residual {result.Solver.WorstResidual:0.0e0}, {result.Solver.CholeskyFallbacks} factorised");
        Print($"           with 1000 label permutations and 100 shifts: {nullsS:0.0} CPU s; p at 1 s {withNulls.Accuracy[0].PermutationP:0.0000}");
        foreach (var p in peers)
            if (p.Missing is null) Print($"  {p.Tool,-8} {p.JobCpuS,9:0} CPU s   {p.JobCpuS / cpuS:0} times ours   extrapolated: {p.MeasuredCpuS:0.0} CPU s measured for {p.Share}");
            else Print($"  {p.Tool,-8} not measured: {p.Missing}");
        return ExitCode.Ok;
    }

    private static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Speech-like envelopes and EEG of correlated coloured noise with a weak response to the attended one 50 to 200 ms later.</summary>
    private static EegParticipant Participant(SeededRandom random)
    {
        double[] mix = [.. Enumerable.Range(0, Channels * Channels).Select(_ => random.Normal())], topography = [.. Enumerable.Range(0, Channels).Select(_ => random.Normal())];
        var trials = new EegTrial[Trials];
        for (int t = 0; t < Trials; t++)
        {
            double[][] envelopes = [Coloured(random, 0.75), Coloured(random, 0.75)];
            double[][] sources = [.. Enumerable.Range(0, Channels).Select(_ => Coloured(random, 0.9))];
            int attended = random.Index(2);
            var eeg = new double[Samples * Channels];
            for (int i = 0; i < Samples; i++)
                for (int c = 0; c < Channels; c++)
                {
                    double v = 0;
                    for (int s = 0; s < Channels; s++) v += mix[c * Channels + s] * sources[s][i];
                    for (int lag = 3; lag < 13 && lag <= i; lag++) v += topography[c] * 0.35 * Math.Sin(lag) * envelopes[attended][i - lag];
                    eeg[i * Channels + c] = v;
                }
            trials[t] = new EegTrial { Id = $"{t + 1}", Eeg = eeg, Envelopes = envelopes, AttendedIndex = attended };
        }
        return new EegParticipant { Id = "made", RateHz = RateHz, Channels = [.. Enumerable.Range(0, Channels).Select(c => new EegChannel($"E{c + 1}", EegChannelType.Eeg))], Trials = trials };
    }

    private static double[] Coloured(SeededRandom random, double memory)
    {
        var x = new double[Samples];
        double state = 0;
        for (int i = 0; i < Samples; i++) x[i] = state = memory * state + Math.Sqrt(1 - memory * memory) * random.Normal();
        return x;
    }
}
