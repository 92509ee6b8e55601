using System.CommandLine;
using System.Globalization;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Cli.Runs;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Commands;

/// <summary><c>attend decode DATASET OUT participant|group</c>: offline EEG attention decoding, in the grammar of BIDS Apps.</summary>
internal static class DecodeCommand
{
    private static readonly Argument<string> Dataset = new("DATASET") { Description = "A participant's file, or the folder of a data set (BIDS EEG, KU Leuven, DTU, NJU, AV-GC-AAD, AVED, SparrKULee, EventAAD, CND, .mat or .npz arrays)" };
    private static readonly Argument<string> Output = new("OUT") { Description = "Folder for results; an interrupted run goes on in it" };
    private static readonly Argument<string> Level = new("LEVEL") { Description = "participant: decode, then report; group: report over results that are there" };
    private static readonly Option<string[]> Participants = new("--participant-label") { Description = "Only these participants, without sub-", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<double> MinLag = new("--min-lag-ms") { Description = "First lag of the EEG after the sound", DefaultValueFactory = _ => 0 };
    private static readonly Option<double> MaxLag = new("--max-lag-ms") { Description = "Last lag", DefaultValueFactory = _ => 250 };
    private static readonly Option<string> Windows = new("--windows-s") { Description = "Decision windows", DefaultValueFactory = _ => "1,2,5,10,30,60" };
    private static readonly Option<string?> Lambdas = new("--lambdas") { Description = "Ridge parameters, ascending, in the unit of --lambda-convention; default: 15 values" };
    private static readonly Option<string> Model = new("--model") { Description = "Models with commas, compared pairwise with the first: ridge, lw (Ledoit-Wolf, nothing searched), cca, banded (a λ per EEG band), single-lag (and the curve over lags), fb-csp, riemann (spatial: what they decode may be eye position)", DefaultValueFactory = _ => "ridge" };
    private static readonly Option<string?> FilterBank = new("--filter-bank-hz") { Description = "Edges of the EEG bands of banded (three or four) and fb-csp, ascending; default: 4 Hz and the ends of --band-hz; fb-csp: every 4 Hz" };
    private static readonly Option<LambdaConvention> Convention = new("--lambda-convention") { Description = "Whose λ: PerSample, MtrfToolbox, Mtrfpy or Mne", DefaultValueFactory = _ => LambdaConvention.PerSample };
    private static readonly Option<SharedGroups> Allow = new("--allow-shared") { Description = "What training and test trials may share, flagged in the report: Story, Speaker, Session, Presentation", DefaultValueFactory = _ => SharedGroups.None };
    private static readonly Option<LeaveOut> Leave = new("--leave-out") { Description = "What is held out at once, in the inner loop too: Trial, Story, Speaker, Session, Presentation, or Subject (all participants together, one left out)", DefaultValueFactory = _ => LeaveOut.Trial };
    private static readonly Option<int> Permutations = new("--permutations") { Description = "Label permutations over whole trials", DefaultValueFactory = _ => 1000 };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Of everything that is drawn", DefaultValueFactory = _ => 1 };

    private static readonly Option<string> Executor = new("--executor") { Description = "Where participants are decoded: local or slurm (one job array); the same bytes", DefaultValueFactory = _ => "local" };
    private static readonly Option<int?> Jobs = new("--jobs") { Description = "Participants at a time, each in its own process; default: one, in this process (slurm: as many as it gives)" };
    private static readonly Option<string[]> SlurmOptions = new("--slurm-option") { Description = "Options for sbatch, each as one word, for example --slurm-option=--mem=4G" };
    private static readonly Option<bool> SaveDecoder = new("--save-decoder") { Description = "Also train each participant's decoder for the live engine: OUT/sub-ID/decoder/decoder.yaml, for attention.eeg_decoder in a rig" };
    private static readonly Option<bool> NoControls = new("--no-controls") { Description = "Leave out the controls (eye channels only, frontal channels only, trial fingerprint); the report says so" };
    private static readonly Option<string?> TaskParticipant = new("--task") { Hidden = true }, TaskModel = new("--task-model") { Hidden = true };

    public static Command Create()
    {
        var command = new Command("decode", "Decodes attention from recorded EEG: nested leave-one-trial-out, several models, controls, report with intervals and limits of chance. Example: attend decode data/S1.mat results participant --band-hz 1,9")
        {
            Dataset, Output, Level, Participants, Model, MinLag, MaxLag, Windows, Lambdas, Convention, Allow, Permutations, Seed, Executor, Jobs, SlurmOptions, SaveDecoder, NoControls, TaskParticipant, TaskModel, FilterBank, Leave,
        };
        PreprocessingOptions.AddTo(command);
        Level.AcceptOnlyFromAmong("participant", "group");
        Executor.AcceptOnlyFromAmong("local", "slurm");
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var preprocessing = PreprocessingOptions.Plan(parsed);
        var jobs = JobsOf(parsed, preprocessing);
        string? task = parsed.GetValue(TaskParticipant);
        using var ending = ProcessExecutor.Attach(cancellation);
        var request = new DecodeRequest(parsed.GetValue(Dataset)!, parsed.GetValue(Output)!, parsed.GetValue(Level) == "group", task is null || task == SubjectsTogether.Id && jobs[0].LeaveOut == LeaveOut.Subject ? parsed.GetValue(Participants) ?? [] : [task], jobs, preprocessing,
            task is not null, task is null ? ExecutorOf(parsed) : null, parsed.GetValue(SaveDecoder));
        var algebra = DenseAlgebra.Open(text => Console.Error.WriteLine($"attend: {text}"));
        var outcome = DecodeRun.Run(algebra, request, (participant, j, progress, cancel) => Decode(algebra, participant, j, progress, cancel), ending.Token);
        if (task is not null) return ExitCode.Ok;
        if (parsed.GetValue(GlobalOptions.Json)) JsonOutput.Print(DecodeOutput.Json(outcome));
        else DecodeOutput.Print(outcome);
        return ExitCode.Ok;
    }

    /// <summary>One per model; a task has one.</summary>
    private static DecodingJob[] JobsOf(ParseResult parsed, PreprocessingPlan preprocessing)
    {
        double[]? lambdas = parsed.GetValue(Lambdas) is { } text ? Numbers(text, "--lambdas") : null, bank = parsed.GetValue(FilterBank) is { } edges ? Numbers(edges, "--filter-bank-hz") : null;
        foreach (var (values, option, given) in new[] { (lambdas, "--lambdas", parsed.GetValue(Lambdas)), (bank, "--filter-bank-hz", parsed.GetValue(FilterBank)) })
            if (values is not null && values.Zip(values.Skip(1), (a, b) => b > a).Contains(false)) throw new ConfigurationException($"{option} {given}: expected ascending values.");
        if (bank is { Length: < 3 }) throw new ConfigurationException($"--filter-bank-hz {parsed.GetValue(FilterBank)}: expected three edges at least.");
        string[] names = parsed.GetValue(Model)!.Split(',', StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(n => DecodingModels.Named(n) is null) is { } unknown) throw new ConfigurationException($"--model {unknown}: expected some of {string.Join(", ", DecodingModels.Names)}.");
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new ConfigurationException($"--model {parsed.GetValue(Model)} names a model twice.");
        var models = names.Select(n => DecodingModels.Named(n)!.Value).ToArray();
        if (lambdas is not null && models.All(m => m == DecodingModel.LedoitWolf || m.IsSpatial())) throw new ConfigurationException($"--model {parsed.GetValue(Model)} searches no λ: leave out --lambdas.");
        if (parsed.GetValue(SaveDecoder) && !models.Contains(DecodingModel.Ridge)) throw new ConfigurationException("--save-decoder trains by ridge regression: name ridge in --model.");
        if (parsed.GetValue(TaskModel) is { } only) models = [DecodingModels.Named(only)!.Value];
        var job = new DecodingJob
        {
            MinLagS = parsed.GetValue(MinLag) / 1000, MaxLagS = parsed.GetValue(MaxLag) / 1000, WindowsS = Numbers(parsed.GetValue(Windows)!, "--windows-s"), Convention = parsed.GetValue(Convention), Causal = preprocessing.Causal,
            Lambdas = lambdas ?? DecodingJob.DefaultLambdas, AllowShared = parsed.GetValue(Allow), Permutations = parsed.GetValue(Permutations), Controls = !parsed.GetValue(NoControls), Seed = parsed.GetValue(Seed), LeaveOut = parsed.GetValue(Leave),
        };
        if (job.MaxLagS < job.MinLagS) throw new ConfigurationException($"--max-lag-ms {1000 * job.MaxLagS} lies before --min-lag-ms {1000 * job.MinLagS}.");
        if (job.LeaveOut != LeaveOut.Trial && parsed.GetValue(SaveDecoder)) throw new ConfigurationException("--save-decoder chooses its λ by leaving out trials: leave out --leave-out.");
        if (job.Permutations < 0) throw new ConfigurationException($"--permutations {job.Permutations}: expected 0 or more.");
        if (lambdas is null && job.Convention != LambdaConvention.PerSample) throw new ConfigurationException($"The default values of λ are per sample; give --lambdas for --lambda-convention {job.Convention}.");
        return [.. models.Select(m => job with { Model = m, FilterBankHz = bank ?? DefaultBank(m, preprocessing.BandHz) })];
    }

    private static double[] DefaultBank(DecodingModel model, (double Low, double High)? band)
    {
        const double Step = 4, LowestHz = 1, HighestHz = 9, HighestSpatialHz = 28;
        var (low, high) = band ?? (LowestHz, model == DecodingModel.FbCsp ? HighestSpatialHz : HighestHz);
        double[] inside = [.. Enumerable.Range(1, 12).Select(i => i * Step).Where(hz => hz > low + LowestHz && hz < high - LowestHz)];
        return model == DecodingModel.FbCsp || inside.Length == 0 ? [low, .. inside.Length == 0 ? [(low + high) / 2] : inside, high] : [low, inside[0], high];
    }

    private static DecodingResult Decode(DenseAlgebra algebra, EegParticipant participant, DecodingJob job, IProgress<double> progress, CancellationToken cancel)
    {
        var result = MapsOfParticipant.AddTo(algebra, participant, job, AttentionDecoding.Run(algebra, participant, job, progress, cancel));
        return job.Controls ? DecodingControls.AddTo(algebra, participant, job, result, cancel) : result with { Flags = [.. result.Flags, "controls were not run (--no-controls)"] };
    }

    private static IDecodeExecutor? ExecutorOf(ParseResult parsed)
    {
        int? jobs = parsed.GetValue(Jobs);
        if (jobs < 1) throw new ConfigurationException($"--jobs {jobs}: expected 1 or more.");
        string output = parsed.GetValue(Output)!;
        string[] options = parsed.GetValue(SlurmOptions) ?? [];
        if (parsed.GetValue(Executor) == "slurm") return new SlurmExecutor(jobs ?? 0, output, options);
        if (options.Length > 0) throw new ConfigurationException("--slurm-option needs --executor slurm.");
        return jobs is > 1 ? new ProcessExecutor(jobs.Value, output) : null;
    }

    internal static double[] Numbers(string text, string option)
    {
        string[] parts = text.Split(',');
        return [.. parts.Select(p => double.TryParse(p, CultureInfo.InvariantCulture, out double v) && v > 0 && double.IsFinite(v) ? v : throw new ConfigurationException($"{option} {text}: '{p}' is no number above 0."))];
    }
}
