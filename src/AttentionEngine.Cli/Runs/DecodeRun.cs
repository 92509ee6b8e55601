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
internal sealed record DecodeRequest(string Dataset, string Output, bool GroupOnly, IReadOnlyList<string> Participants, DecodingJob Job, PreprocessingPlan Preprocessing);

internal sealed record DecodeOutcome(IReadOnlyList<DecodingResult> Results, string ReportPath, double WallS, int Resumed);

/// <summary>Reads, prepares, decodes participant by participant with a checkpoint after each, and writes the report.</summary>
internal static class DecodeRun
{
    public delegate DecodingResult Decoder(EegParticipant participant, DecodingJob job, IProgress<double> progress, CancellationToken cancellation);

    private const string ControlsNotRun = "controls with eye channels only, frontal channels only and trial fingerprints were not run";

    public static DecodeOutcome Run(DenseAlgebra algebra, DecodeRequest request, Decoder decode, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var files = new DecodingFiles(request.Output, JsonOutput.Options);
        var dataset = request.Preprocessing.Apply(algebra, EegDatasetReader.Read(request.Dataset, request.Participants));
        files.Open(EngineVersion.Text);
        var progress = new DecodeProgress(dataset.Participants.Count);
        var results = new List<DecodingResult>();
        int resumed = 0;
        foreach (var participant in dataset.Participants)
        {
            cancellation.ThrowIfCancellationRequested();
            string key = DecodingFiles.KeyOf(participant, request.Job, EngineVersion.Text);
            if (files.Finished(participant.Id, key) is { } finished)
            {
                results.Add(finished);
                resumed++;
            }
            else if (request.GroupOnly) throw new InputDataException($"{request.Output} has no result of participant {participant.Id} for this job. Run `attend decode {request.Dataset} {request.Output} participant` with the same options first.");
            else
            {
                progress.Begin(participant.Id);
                var result = decode(participant, request.Job, progress, cancellation);
                result = result with { Flags = [.. result.Flags, ControlsNotRun] };
                files.Save(result, key);
                results.Add(DecodingFiles.WithoutPredictions(result));
            }
            progress.End();
        }
        string page = files.WriteSummary(new DecodingReportInput(dataset, request.Job, results, EngineVersion.Text));
        return new DecodeOutcome(results, page, clock.Elapsed.TotalSeconds, resumed);
    }
}
