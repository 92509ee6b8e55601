using System.Diagnostics;
using System.Globalization;
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
internal sealed record DecodeRequest(string Dataset, string Output, bool GroupOnly, IReadOnlyList<string> Participants, DecodingJob Job, PreprocessingPlan Preprocessing, bool IsTask = false, IDecodeExecutor? Executor = null, bool SaveDecoder = false);

internal sealed record DecodeOutcome(IReadOnlyList<DecodingResult> Results, string ReportPath, double WallS, int Resumed, ulong Seed);

/// <summary>Reads, prepares, decodes participant by participant with a checkpoint after each, and writes the report.</summary>
internal static class DecodeRun
{
    public delegate DecodingResult Decoder(EegParticipant participant, DecodingJob job, IProgress<double> progress, CancellationToken cancellation);

    public static DecodeOutcome Run(DenseAlgebra algebra, DecodeRequest request, Decoder decode, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var files = new DecodingFiles(request.Output, JsonOutput.Options);
        if (request.SaveDecoder) SavedDecoder.RefuseWhatIsNotLive(request.Preprocessing);
        var (dataset, recorded) = Read(algebra, request);
        files.Open(EngineVersion.Text);
        using var only = request.IsTask ? null : files.Lock();
        var progress = new DecodeProgress(dataset.Participants.Count);
        var results = new List<DecodingResult>();
        var keys = dataset.Participants.ToDictionary(p => p.Id, p => DecodingFiles.KeyOf(p, request.Job, EngineVersion.Text), StringComparer.Ordinal);
        int resumed = dataset.Participants.Count(p => files.Finished(p.Id, keys[p.Id]) is not null);
        if (request is { Executor: { } executor, GroupOnly: false } && resumed < dataset.Participants.Count)
            executor.Run([.. dataset.Participants.Select(p => p.Id).Where(id => files.Finished(id, keys[id]) is null)], id => files.Finished(id, keys[id]) is not null, cancellation);
        foreach (var participant in dataset.Participants)
        {
            cancellation.ThrowIfCancellationRequested();
            string key = keys[participant.Id];
            if (files.Finished(participant.Id, key) is { } finished)
            {
                results.Add(finished);
            }
            else if (request.GroupOnly) throw new InputDataException($"{request.Output} has no result of participant {participant.Id} for this job. Run `attend decode {request.Dataset} {request.Output} participant` with the same options first.");
            else
            {
                progress.Begin(participant.Id);
                var result = decode(participant, request.Job, progress, cancellation);
                files.Save(result, key);
                results.Add(DecodingFiles.WithoutPredictions(result));
            }
            if (recorded is not null && !request.GroupOnly) SavedDecoder.Write(algebra, recorded.Participants.Single(p => p.Id == participant.Id), participant, request.Job, files.ParticipantFolder(participant.Id), cancellation);
            progress.End();
        }
        string page = request.IsTask ? "" : files.WriteSummary(new DecodingReportInput(dataset, request.Job, results, EngineVersion.Text));
        return new DecodeOutcome(results, page, clock.Elapsed.TotalSeconds, resumed, request.Job.Seed);
    }

    /// <returns>The data as they are decoded, and as they were recorded where a decoder is made of them: twice the memory.</returns>
    private static (EegDataset Prepared, EegDataset? Recorded) Read(DenseAlgebra algebra, DecodeRequest request)
    {
        var read = SessionDataset.TryRead(request.Dataset, request.Participants) ?? EegDatasetReader.Read(request.Dataset, request.Participants);
        // One participant of many need not have each channel that is to be dropped.
        var plan = request.IsTask ? request.Preprocessing with { DropChannels = [.. request.Preprocessing.DropChannels.Where(n => read.Participants.Any(p => p.Channels.Any(c => c.Name == n)))] } : request.Preprocessing;
        return (plan.Apply(algebra, read), request.SaveDecoder ? read : null);
    }
}
