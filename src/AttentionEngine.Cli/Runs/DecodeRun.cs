using System.Diagnostics;
using System.Globalization;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.DecodingReport;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Cli.Runs;

/// <summary>What <c>attend decode</c> was asked for.</summary>
/// <param name="IsTask">A part of a larger run: results are left, tables and page are not made.</param>
/// <param name="Executor">Who decodes; null: this process.</param>
internal sealed record DecodeRequest(string Dataset, string Output, bool GroupOnly, IReadOnlyList<string> Participants, IReadOnlyList<DecodingJob> Jobs, PreprocessingPlan Preprocessing, bool IsTask = false, IDecodeExecutor? Executor = null, bool SaveDecoder = false);

internal sealed record DecodeOutcome(IReadOnlyList<DecodingResult> Results, string ReportPath, double WallS, int Resumed, ulong Seed);

/// <summary>Reads, prepares, decodes participant by participant and model by model with a checkpoint after each, and writes the report.</summary>
internal static class DecodeRun
{
    public delegate DecodingResult Decoder(EegParticipant participant, DecodingJob job, IProgress<double> progress, CancellationToken cancellation);

    public static DecodeOutcome Run(DenseAlgebra algebra, DecodeRequest request, Decoder decode, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var files = new DecodingFiles(request.Output, JsonOutput.Options);
        if (request.SaveDecoder) SavedDecoder.RefuseWhatIsNotLive(request.Preprocessing);
        var (dataset, recorded) = Read(algebra, request);
        if (request.Jobs[0].LeaveOut == LeaveOut.Subject) dataset = SubjectsTogether.Of(dataset);
        files.Open(EngineVersion.Text);
        using var only = request.IsTask ? null : files.Lock();
        List<DecodeTask> tasks = [.. dataset.Participants.SelectMany(p => request.Jobs.Select(j => new DecodeTask(p.Id, j.Model)))];
        DecodingJob JobOf(DecodeTask task) => request.Jobs.Single(j => j.Model == task.Model) with { FilterDelays = request.Preprocessing.DelaysAt(dataset.Participants.Single(p => p.Id == task.Participant).RateHz) };
        var people = dataset.Participants.ToDictionary(p => p.Id, StringComparer.Ordinal);
        var keys = tasks.ToDictionary(t => t, t => DecodingFiles.KeyOf(people[t.Participant], JobOf(t), EngineVersion.Text));
        DecodingResult? Finished(DecodeTask task) => files.Finished(task.Participant, task.Model, keys[task]);
        int resumed = tasks.Count(t => Finished(t) is not null);
        var progress = new DecodeProgress(tasks.Count, resumed);
        var keeper = new MemoryKeeper(progress, MemoryBound.CollectAtBytes(dataset, request.Jobs));
        MemoryKeeper.Collect(); // reading leaves several times the data behind
        if (!request.GroupOnly && !request.IsTask && resumed < tasks.Count) Console.Error.WriteLine($"attend: {MemoryBound.Text(dataset, request.Jobs)}");
        if (request is { Executor: { } executor, GroupOnly: false } && resumed < tasks.Count) executor.Run([.. tasks.Where(t => Finished(t) is null)], t => Finished(t) is not null, cancellation);
        var results = tasks.Select(task =>
        {
            cancellation.ThrowIfCancellationRequested();
            var participant = people[task.Participant];
            var result = Finished(task);
            if (result is null)
            {
                if (request.GroupOnly) throw new InputDataException($"{request.Output} has no result of participant {task} for this job. Run `attend decode {request.Dataset} {request.Output} participant` with the same options first.");
                progress.Begin(task.ToString());
                result = decode(participant, JobOf(task), keeper, cancellation);
                files.Save(result, keys[task]);
                result = DecodingFiles.WithoutPredictions(result);
                keeper.Look();
            }
            if (recorded is not null && !request.GroupOnly && task.Model == DecodingModel.Ridge) SavedDecoder.Write(algebra, recorded.Participants.Single(p => p.Id == participant.Id), participant, JobOf(task), files.ParticipantFolder(participant.Id), cancellation);
            progress.End();
            return result;
        }).ToList();
        string page = request.IsTask ? "" : files.WriteSummary(new DecodingReportInput(dataset, request.Jobs[0], results, EngineVersion.Text));
        return new DecodeOutcome(results, page, clock.Elapsed.TotalSeconds, resumed, request.Jobs[0].Seed);
    }

    /// <returns>The data as they are decoded, and as they were recorded where a decoder is made of them: twice the memory.</returns>
    private static (EegDataset Prepared, EegDataset? Recorded) Read(DenseAlgebra algebra, DecodeRequest request)
    {
        var read = SessionDataset.TryRead(request.Dataset, request.Participants) ?? EegDatasetReader.Read(request.Dataset, request.Participants, MemoryKeeper.Sweep);
        // One participant of many need not have each channel that is to be dropped.
        var plan = request.IsTask ? request.Preprocessing with { DropChannels = [.. request.Preprocessing.DropChannels.Where(n => read.Participants.Any(p => p.Channels.Any(c => c.Name == n)))] } : request.Preprocessing;
        return (plan.Apply(algebra, read), request.SaveDecoder ? read : null);
    }
}
