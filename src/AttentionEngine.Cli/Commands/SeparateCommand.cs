using System.CommandLine;
using System.Globalization;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Separation;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend separate RIG INPUT.wav --direction-deg A[,B...] --out OUT.wav</c>: the live audio path over a file.</summary>
internal static class SeparateCommand
{
    private static readonly Argument<string> RigFile = new("RIG") { Description = "Rig file: its array and its audio path" };
    private static readonly Argument<string> Input = new("INPUT") { Description = "WAV (or FLAC) with one channel per microphone, in the rig's order and at its rate" };
    private static readonly Option<string> Directions = new("--direction-deg") { Description = "Azimuths of the talkers in HEAD, degrees, left positive: 30,-45", Required = true };
    private static readonly Option<int> Target = new("--target") { Description = "Which of them is attended, from 0", DefaultValueFactory = _ => 0 };
    private static readonly Option<string[]> Truth = new("--truth") { Description = "Each talker's image at the reference microphone on its side (1 channel) or at both (2 channels: left, right), in the order of the directions", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Backend = new("--backend") { Description = $"{string.Join(", ", BeamDesigner.Backends)} (default: the rig's)" };
    private static readonly Option<string?> FloorDb = new("--floor-db") { Description = "Awareness floor of what is not attended, dB, or -inf (default: the rig's)" };
    private static readonly Option<double?> DelayMs = new("--delay-ms") { Description = "Whole algorithmic delay, filter and limiter, ms (default: the rig's)" };
    private static readonly Option<string> Output = new("--out") { Description = "New WAV, 2 channels (left ear, right ear), float", Required = true };

    public static Command Create()
    {
        var command = new Command("separate", "Runs the audio path over a recording. Example: attend separate rigs/bench-sphere-bte4.yaml mix.wav --direction-deg 30,-45 --target 0 --out steered.wav")
        { RigFile, Input, Directions, Target, Truth, Backend, FloorDb, DelayMs, Output };
        command.SetAction(parsed => Run(parsed, parsed.GetValue(GlobalOptions.Json)));
        return command;
    }

    private static int Run(ParseResult parsed, bool json)
    {
        var rig = RigReader.Read(parsed.GetValue(RigFile)!);
        string inputFile = parsed.GetValue(Input)!, outputFile = parsed.GetValue(Output)!;
        var scene = ReadScene(parsed.GetValue(Directions)!);
        int target = parsed.GetValue(Target);
        if (target < 0 || target >= scene.Count) throw new ConfigurationException($"--target is {target}; expected 0 to {scene.Count - 1}, one of the {scene.Count} directions.");
        if (Path.Exists(outputFile)) throw new ConfigurationException($"{Path.GetFullPath(outputFile)} exists, and recordings are never overwritten. Give another --out.");
        var settings = Settings(rig, parsed);
        var input = AudioFile.Read(inputFile).RequireChannels(rig.Array.Count, inputFile);
        if (input.RateHz != rig.Array.SampleRateHz)
            throw new InputDataException(FormattableString.Invariant($"{inputFile}: {input.RateHz} Hz, expected {rig.Array.SampleRateHz} Hz, the rate of the rig's array. Resample the file, or use a rig with its rate."));
        var score = SeparationScore.Read(parsed.GetValue(Truth) ?? [], scene, target, input);

        using var separation = new OfflineSeparation(rig.Array, settings, scene.Count, rig.Attention.TickMs);
        var timer = new BlockTimer();
        var output = new float[2 * input.Frames];
        double startMs = ThreadCpuClock.NowMs();
        separation.Run(input.Samples, output, _ => (scene, target), timer);
        double cpuS = (ThreadCpuClock.NowMs() - startMs) / 1000;
        using (var writer = new WavWriter(outputFile, 2, input.RateHz)) writer.AppendPlanar(output);

        var status = separation.Path.ReadStatus();
        var microphones = rig.Array.Microphones.Select((m, i) => (m.Name, Dead: !separation.Microphones.Active[i], Clipped: separation.Microphones.Clipped[i])).ToList();
        foreach (var m in microphones.Where(m => m.Dead)) Console.Error.WriteLine($"attend: microphone `{m.Name}` is dead at the end of the file; the filters were designed without it.");
        foreach (var m in microphones.Where(m => m.Clipped > 0)) Console.Error.WriteLine($"attend: microphone `{m.Name}` clips: {m.Clipped} samples at full scale.");
        var result = new
        {
            Schema = "attend.separate/1",
            Output = Path.GetFullPath(outputFile),
            settings.Backend,
            settings.FloorDb,
            Target = target,
            AlgorithmicDelayMs = separation.Path.AlgorithmicDelayMs,
            Delays = separation.Path.Delays,
            AudioS = input.DurationS,
            CpuSPerAudioS = cpuS / input.DurationS,
            BlockMs = separation.Path.BlockFrames * 1000.0 / input.RateHz,
            BlockMsP50 = timer.Histogram.PercentileMs(0.5),
            BlockMsP99 = timer.Histogram.PercentileMs(0.99),
            status.BadInputSamples,
            DeadMicrophones = microphones.Where(m => m.Dead).Select(m => m.Name).ToList(),
            ClippedSamples = microphones.Sum(m => m.Clipped),
            LimitedS = (double)status.LimitedSamples / input.RateHz,
            score?.ScoredS,
            SiSdrInDb = score?.InputDb,
            SiSdrOutDb = score?.OutputDb(output, separation.Path.AlgorithmicDelaySamples),
            SiSdrImprovementDb = score?.OutputDb(output, separation.Path.AlgorithmicDelaySamples) - score?.InputDb,
            EstoiIn = score?.InputEstoi,
            EstoiOut = score?.OutputEstoi(output, separation.Path.AlgorithmicDelaySamples),
            IldErrorDb = score?.CueErrors(output, separation.Path.AlgorithmicDelaySamples)?.IldDb,
            ItdErrorUs = score?.CueErrors(output, separation.Path.AlgorithmicDelaySamples)?.ItdUs,
        };
        if (json) JsonOutput.Print(result);
        else
        {
            Console.Out.WriteLine(FormattableString.Invariant($"{outputFile}: {input.DurationS:F1} s, {settings.Backend}, delay {result.AlgorithmicDelayMs:F2} ms, {result.CpuSPerAudioS:F3} s of CPU per second"));
            if (score is not null) Console.Out.WriteLine(FormattableString.Invariant($"  SI-SDR {result.SiSdrInDb:F1} -> {result.SiSdrOutDb:F1} dB ({result.SiSdrImprovementDb:+0.0;-0.0}), ESTOI {result.EstoiIn:F2} -> {result.EstoiOut:F2}, over {result.ScoredS:F1} s"));
        }
        return ExitCode.Ok;
    }

    private static AudioPathSettings Settings(Rig rig, ParseResult parsed)
    {
        var settings = rig.AudioPath;
        if (parsed.GetValue(Backend) is { } backend) settings = settings with { Backend = backend };
        if (parsed.GetValue(FloorDb) is { } floor)
        {
            bool none = floor is "-inf" or "-Infinity" or "-infinity";
            double db = double.NegativeInfinity;
            if (!none && !(double.TryParse(floor, NumberStyles.Float, CultureInfo.InvariantCulture, out db) && db <= 0))
                throw new ConfigurationException($"--floor-db is `{floor}`; expected a number of decibels, at most 0, or -inf (write --floor-db=-12).");
            settings = settings with { FloorDb = db };
        }
        if (parsed.GetValue(DelayMs) is { } delayMs)
        {
            double filterMs = delayMs - AudioPath.LookaheadMs;
            if (!(filterMs >= 0 && filterMs < settings.TapsMs))
                throw new ConfigurationException(FormattableString.Invariant($"--delay-ms is {delayMs}; expected {AudioPath.LookaheadMs} (the limiter's share) to {settings.TapsMs + AudioPath.LookaheadMs} (with filters of {settings.TapsMs} ms)."));
            settings = settings with { DelayMs = filterMs };
        }
        return settings;
    }

    private static TalkerScene ReadScene(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is < 1 or > 16) throw new ConfigurationException($"--direction-deg has {parts.Length} directions, expected 1 to 16.");
        var scene = new TalkerScene(parts.Length) { Count = parts.Length, HeadValid = true };
        for (int k = 0; k < parts.Length; k++)
        {
            if (!double.TryParse(parts[k], NumberStyles.Float, CultureInfo.InvariantCulture, out double azimuthDeg) || !(Math.Abs(azimuthDeg) <= 360))
                throw new ConfigurationException($"--direction-deg has `{parts[k]}`; expected azimuths in degrees, left positive, separated by commas: --direction-deg=30,-45");
            scene.Talkers[k].Id = $"talker{k}";
            scene.Talkers[k].DirectionHead = scene.Talkers[k].DirectionRoom = Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthDeg));
        }
        return scene;
    }

    private sealed class BlockTimer : IBlockObserver
    {
        private double _startMs;
        public DurationHistogram Histogram { get; } = new();
        public void BeforeBlock() => _startMs = ThreadCpuClock.NowMs();
        public void AfterBlock(int frames) => Histogram.Add(ThreadCpuClock.NowMs() - _startMs);
    }
}
