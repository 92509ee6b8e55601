using System.CommandLine;
using System.Globalization;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
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
    private static readonly Option<string> Model = new("--model") { Description = "ridge: λ by nested leave-one-trial-out; lw: Ledoit-Wolf shrinkage, nothing searched", DefaultValueFactory = _ => "ridge" };
    private static readonly Option<LambdaConvention> Convention = new("--lambda-convention") { Description = "Whose λ: PerSample, MtrfToolbox, Mtrfpy or Mne", DefaultValueFactory = _ => LambdaConvention.PerSample };
    private static readonly Option<SharedGroups> Allow = new("--allow-shared") { Description = "What training and test trials may share, flagged in the report: Story, Speaker, Session, Presentation", DefaultValueFactory = _ => SharedGroups.None };
    private static readonly Option<int> Permutations = new("--permutations") { Description = "Label permutations over whole trials", DefaultValueFactory = _ => 1000 };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Of everything that is drawn", DefaultValueFactory = _ => 1 };

    private static readonly Option<string> Executor = new("--executor") { Description = "Where participants are decoded: local or slurm (one job array); the same bytes", DefaultValueFactory = _ => "local" };
    private static readonly Option<int?> Jobs = new("--jobs") { Description = "Participants at a time, each in its own process; default: one, in this process (slurm: as many as it gives)" };
    private static readonly Option<string[]> SlurmOptions = new("--slurm-option") { Description = "Options for sbatch, each as one word, for example --slurm-option=--mem=4G" };
    private static readonly Option<bool> SaveDecoder = new("--save-decoder") { Description = "Also train each participant's decoder for the live engine: OUT/sub-ID/decoder/decoder.yaml, for attention.eeg_decoder in a rig" };
    private static readonly Option<bool> NoControls = new("--no-controls") { Description = "Leave out the controls (eye channels only, frontal channels only, trial fingerprint); the report says so" };
    private static readonly Option<string?> TaskParticipant = new("--task") { Hidden = true };

    public static Command Create()
    {
        var command = new Command("decode", "Decodes attention from recorded EEG: nested leave-one-trial-out ridge, report with intervals and limits of chance. Example: attend decode data/S1.mat results participant --band-hz 1,9")
        {
            Dataset, Output, Level, Participants, Model, MinLag, MaxLag, Windows, Lambdas, Convention, Allow, Permutations, Seed, Executor, Jobs, SlurmOptions, SaveDecoder, NoControls, TaskParticipant,
        };
        PreprocessingOptions.AddTo(command);
        Level.AcceptOnlyFromAmong("participant", "group");
        Model.AcceptOnlyFromAmong("ridge", "lw");
        Executor.AcceptOnlyFromAmong("local", "slurm");
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        double[]? lambdas = parsed.GetValue(Lambdas) is { } text ? Numbers(text, "--lambdas") : null;
        if (lambdas is not null && lambdas.Zip(lambdas.Skip(1), (a, b) => b > a).Contains(false)) throw new ConfigurationException($"--lambdas {parsed.GetValue(Lambdas)}: expected ascending values.");
        var job = new DecodingJob
        {
            MinLagS = parsed.GetValue(MinLag) / 1000, MaxLagS = parsed.GetValue(MaxLag) / 1000, WindowsS = Numbers(parsed.GetValue(Windows)!, "--windows-s"), Convention = parsed.GetValue(Convention),
            Model = parsed.GetValue(Model) == "lw" ? DecodingModel.LedoitWolf : DecodingModel.Ridge, Lambdas = lambdas ?? DecodingJob.DefaultLambdas, AllowShared = parsed.GetValue(Allow), Permutations = parsed.GetValue(Permutations), Controls = !parsed.GetValue(NoControls), Seed = parsed.GetValue(Seed),
        };
        if (job.MaxLagS < job.MinLagS) throw new ConfigurationException($"--max-lag-ms {1000 * job.MaxLagS} lies before --min-lag-ms {1000 * job.MinLagS}.");
        if (job.Permutations < 0) throw new ConfigurationException($"--permutations {job.Permutations}: expected 0 or more.");
        if (lambdas is null && job.Convention != LambdaConvention.PerSample) throw new ConfigurationException($"The default values of λ are per sample; give --lambdas for --lambda-convention {job.Convention}.");
        if (job.Model == DecodingModel.LedoitWolf && lambdas is not null) throw new ConfigurationException("--model lw searches no λ: leave out --lambdas.");
        if (job.Model == DecodingModel.LedoitWolf && parsed.GetValue(SaveDecoder)) throw new ConfigurationException("--save-decoder trains by ridge regression: leave out --model lw.");
        string? task = parsed.GetValue(TaskParticipant);
        using var ending = ProcessExecutor.Attach(cancellation);
        var request = new DecodeRequest(parsed.GetValue(Dataset)!, parsed.GetValue(Output)!, parsed.GetValue(Level) == "group", task is null ? parsed.GetValue(Participants) ?? [] : [task], job, PreprocessingOptions.Plan(parsed),
            task is not null, task is null ? ExecutorOf(parsed) : null, parsed.GetValue(SaveDecoder));
        var algebra = DenseAlgebra.Open(text => Console.Error.WriteLine($"attend: {text}"));
        var outcome = DecodeRun.Run(algebra, request, (participant, j, progress, cancel) => Decode(algebra, participant, j, progress, cancel), ending.Token);
        if (task is not null) return ExitCode.Ok;
        if (parsed.GetValue(GlobalOptions.Json)) JsonOutput.Print(Json(outcome, parsed.GetValue(Model)!));
        else Print(outcome);
        return ExitCode.Ok;
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

    private static object Json(DecodeOutcome outcome, string model) => new
    {
        Schema = "attend.decode/1",
        Participants = outcome.Results.Select(r => new
        {
            Id = r.ParticipantId,
            Models = new[]
            {
                new
                {
                    Name = model, Lambda = r.Trials.Select(t => t.Lambda), WindowS = r.Accuracy.Select(a => a.WindowS), Windows = r.Accuracy.Select(a => a.WindowCount), Accuracy = r.Accuracy.Select(a => a.Accuracy),
                    Ci95 = r.Accuracy.Select(a => new[] { a.Low, a.High }), Chance = r.Accuracy.Select(a => a.Chance), Chance95 = r.Accuracy.Select(a => a.PermutationLimit95), P = r.Accuracy.Select(a => a.PermutationP),
                    r.MesdS, RAttended = r.MeanAttended, RAttendedShifted95 = r.ShiftedCorrelationLimit95, RUnattended = r.MeanUnattended, r.Flags, r.Controls, r.Solver, r.MatchMismatch, r.Switching,
                },
            },
        }),
        Group = GroupStatistics.Of(outcome.Results, outcome.Seed), outcome.Resumed, outcome.WallS, Report = outcome.ReportPath,
    };

    private static void Print(DecodeOutcome outcome)
    {
        foreach (var r in outcome.Results)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.ParticipantId}: {r.Trials.Count} trials, r attended {r.MeanAttended:F3} (limit with shifted envelopes {r.ShiftedCorrelationLimit95:F3})"));
            if (r.Accuracy.Count > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  r unattended {r.MeanUnattended:F3}, MESD {(double.IsFinite(r.MesdS) ? $"{r.MesdS:F1} s" : "undefined")}"));
            foreach (var a in r.Accuracy.Where(a => a.WindowCount > 0))
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {a.WindowS,5:G4} s  {100 * a.Accuracy,5:F1} %  [{100 * a.Low:F1}, {100 * a.High:F1}]  chance {100 * a.Chance:F0} %, permutation limit {100 * a.PermutationLimit95:F1} %, p {a.PermutationP:G3}"));
            foreach (var a in r.MatchMismatch)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {a.WindowS,5:G4} s  match-mismatch {100 * a.Accuracy,5:F1} %  [{100 * a.Low:F1}, {100 * a.High:F1}]  limit with shifted envelopes {100 * a.ShiftedLimit95:F1} %, p {a.ShiftedP:G3}"));
            if (r.Switching is { } s)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  a switch every {s.SegmentS:F0} s: noticed after {s.LatencyMedianS:F1} s (median), {s.Missed} of {s.Switches} missed, {s.FalsePerMinute:F1} false a minute, {100 * s.Accuracy:F1} % of the time on the attended talker"));
            foreach (var c in r.Controls) PrintControl(c);
            foreach (string flag in r.Flags) Console.Out.WriteLine($"  ! {flag}");
        }
        foreach (var g in GroupStatistics.Of(outcome.Results, outcome.Seed))
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"group of {g.Participants}: {g.Name} {g.Mean:F3} [{g.Low:F3}, {g.High:F3}], chance {g.Chance:F3}, p {g.P:G3} (smallest possible {g.SmallestP:G3})"));
        Console.Out.WriteLine($"{outcome.ReportPath}{(outcome.Resumed > 0 ? $" ({outcome.Resumed} participants were there already)" : "")}");
    }

    private static void PrintControl(DecodingControl control)
    {
        if (control.NotRun is { } why) Console.Out.WriteLine($"  control {control.Name}: not run, {why}");
        else if (double.IsFinite(control.RAttended)) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  control {control.Name} ({control.Channels.Count} channels): r attended {control.RAttended:F3} (limit with shifted envelopes {control.RShiftedLimit95:F3})"));
        else Console.Out.WriteLine($"  control {control.Name}:");
        foreach (var a in control.Accuracy)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {a.WindowS,5:G4} s  {a.What}: {100 * a.Accuracy:F1} %, chance {100 * a.Chance:F0} %{(double.IsFinite(a.Limit95) ? $", limit {100 * a.Limit95:F1} %, p {a.P:G3}" : "")}"));
        if (control.NotRun is null) Console.Out.WriteLine($"    {control.Meaning}");
    }
}
