using System.Globalization;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Analysis.DecodingReport;

/// <summary>What a methods section must say, from what was really done.</summary>
public static class MethodsParagraph
{
    public static string Text(DecodingReportInput input)
    {
        var job = input.Job;
        var participants = input.Dataset.Participants;
        string N(double v) => v.ToString("G6", CultureInfo.InvariantCulture);
        string Range(IEnumerable<int> values) => values.Min() == values.Max() ? N(values.Min()) : $"{N(values.Min())} to {N(values.Max())}";
        string rates = string.Join(", ", participants.Select(p => p.RateHz).Distinct().Select(N));
        string steps = string.Join("; ", input.Dataset.Provenance.Where(p => p.Step != "read").Select(p => $"{p.Step}: {p.Detail}"));
        string convention = job.Convention switch { LambdaConvention.MtrfToolbox => "as the mTRF-Toolbox states it", LambdaConvention.Mtrfpy => "as mTRFpy states it", LambdaConvention.Mne => "as MNE states alpha", _ => "relative to the mean eigenvalue of the lagged covariance" };
        string shared = job.AllowShared == SharedGroups.None ? "No two trials that share a declared story, talker, session or presentation were on different sides of a split." : $"Trials on different sides of a split were allowed to share: {job.AllowShared}; the accuracies may be too high because of it.";
        var models = input.Results.Select(r => r.Model).Distinct().ToList();
        string search = models is [DecodingModel.LedoitWolf] ? "the shrinkage followed in closed form from the other trials only." : models.All(m => m.IsSpatial()) ? "the number of features was chosen by leave-one-trial-out within the other trials only." : $"λ was chosen among {N(job.Lambdas.Count)} values from {N(job.Lambdas[0])} to {N(job.Lambdas[^1])} ({convention}) by leave-one-trial-out within the other trials only.";
        string Draws(int draws) => $"{N(draws)} permutations of labels over whole trials, the decoders trained again for each with what the inner loop had chosen for the true labels (smallest p {N(1.0 / (1 + draws))})";
        int spatial = Math.Min(job.Permutations, RefittedPermutation.MostSpatialDraws);
        string nulls = job.Permutations == 0 ? "No permutations were made." : $"The limit of chance is the 95th percentile of {Draws(models.All(m => m.IsSpatial()) ? spatial : job.Permutations)}{(models.Any(m => m.IsSpatial()) && !models.All(m => m.IsSpatial()) ? $"; of spatial decoders, of {Draws(spatial)}" : "")}.";
        string envelopes = models.All(m => m.IsSpatial()) ? "" : participants.All(p => double.IsFinite(p.EnvelopeDelayS)) ? "Envelopes were the mean over gammatone-like bands from 150 to 4000 Hz of their Hilbert envelopes to the power 0.6, low-pass filtered at 20 Hz, the filters' delay taken out (after Biesmans et al., 2017, IEEE Trans. Neural Syst. Rehabil. Eng. 25:402). " : "Envelopes were those of the data set. ";
        string group = participants.Count > 1 ? "Over participants, means have intervals by Student's t; p comes from exchanging the signs of participants' differences from chance (all combinations up to 16 participants, 100000 drawn beyond). " : "";
        return $"Attention was decoded in {N(participants.Count)} participant(s) with {Range(participants.Select(p => p.Trials.Count))} trials, {Range(participants.Select(p => p.Channels.Count(c => c.Type == EegChannelType.Eeg)))} channels at {rates} Hz ({(steps.Length > 0 ? steps : "no preprocessing")}). "
            + envelopes + string.Concat(models.Select(m => ModelSentences.Of(m, job) + " "))
            + $"{(job.LeaveOut == LeaveOut.Trial ? "Each trial" : $"Each {job.LeaveOut.ToString().ToLowerInvariant()}, with all its trials,")} was held out once; {(job.LeaveOut == LeaveOut.Trial ? search : search.Replace("leave-one-trial-out within the other trials", $"leave-one-{job.LeaveOut.ToString().ToLowerInvariant()}-out within the others", StringComparison.Ordinal))} {shared} "
            + $"The talker with the largest {(models.All(m => m.IsSpatial()) ? "score" : models.Any(m => m.IsSpatial()) ? "Pearson correlation (spatial decoders: score)" : "Pearson correlation")} in a window was taken for the attended one; windows do not overlap. Intervals are percentiles over {N(job.Bootstraps)} draws of {(job.LeaveOut == LeaveOut.Trial ? "trials" : "what was held out together")} with replacement. {nulls} {group}"
            + (input.Results.Any(r => r.Maps is not null) ? "Scalp maps show the activation pattern of the backward model trained on all trials (Haufe et al., 2014, NeuroImage 87:96) and temporal response functions of a forward ridge model whose λ was chosen by leave-one-trial-out, interpolated by spherical splines (Perrin et al., 1989, Electroencephalogr. Clin. Neurophysiol. 72:184); they are not used for any score. " : "")
            + (input.Results.Any(r => r.Controls.Any(c => c.NotRun is null)) ? $"Controls with the same split: {string.Join(", ", input.Results.SelectMany(r => r.Controls.Where(c => c.NotRun is null)).Select(c => c.Name).Distinct(StringComparer.Ordinal))}. " : "")
            + $"The minimal expected switch duration follows Geirnaert et al. (2020, IEEE TNSRE 28:307). AttentionEngine {input.Version}, {string.Join(", ", input.Results.Select(r => r.Solver.Backend).Distinct(StringComparer.Ordinal))}, seed {job.Seed.ToString(CultureInfo.InvariantCulture)}.";
    }
}
