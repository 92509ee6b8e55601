using System.Globalization;
using System.Text.Json.Nodes;
using AttentionEngine.Analysis.Scoring;
using AttentionEngine.Pipeline.Recording;

namespace AttentionEngine.Cli.Runs;

/// <summary>The JSON object of demo, run and replay (COMMANDS.md); keys that need ground truth are null without it.</summary>
internal static class RunSummary
{
    public static JsonObject Make(string schema, string session, RunResult run, SessionScore? score, double engineCpu, double simulatorCpu)
    {
        var summary = new JsonObject
        {
            ["schema"] = schema,
            ["session"] = session,
            ["seconds"] = Number(run.Seconds),
            ["ended"] = run.Ended,
            ["scene"] = score?.Scene,
            ["seed"] = score?.Seed,
            ["talkers"] = new JsonArray([.. run.TalkerIds.Select(id => JsonValue.Create(id))]),
            ["streams"] = new JsonArray([.. run.Streams.Select(s => new JsonObject
            {
                ["name"] = s.Name, ["type"] = s.Type, ["rate_hz"] = Number(s.RateHz), ["nominal_rate_hz"] = Number(s.NominalRateHz),
                ["offset_us"] = Number(s.OffsetUs), ["offset_uncertainty_us"] = Number(s.OffsetUncertaintyUs), ["drift_ppm"] = Number(s.DriftPpm),
                ["samples"] = s.Samples, ["lost"] = s.Lost, ["reconnects"] = s.Reconnects,
            })]),
            ["audio_eeg_drift_ppm"] = Number(run.AudioAgainstEegPpm),
            ["accuracy"] = Number(score?.Fused.Accuracy),
            ["switches"] = run.Switches,
            ["true_switches"] = score?.Fused.Switches,
            ["missed_switches"] = score?.Fused.MissedSwitches,
            ["false_switches_per_min"] = Number(score?.Fused.FalseSwitchesPerMin),
            ["switch_latency_s_median"] = Number(score?.Fused.SwitchLatencyMedianS),
            ["wrong_talker_s_per_min"] = Number(score?.Fused.WrongTalkerSPerMin),
            ["calibration_error"] = Number(score?.CalibrationError),
            ["baselines"] = score is null ? null : Baselines(score),
            ["si_sdr_improvement_db"] = Number(score?.Speech?.SiSdrImprovementDb),
            ["si_sdr_improvement_when_right_db"] = Number(score?.Speech?.SiSdrImprovementRightDb),
            ["si_sdr_in_db"] = Number(score?.Speech?.SiSdrBestMicrophoneDb),
            ["si_sdr_out_db"] = Number(score?.Speech?.SiSdrOutDb),
            ["estoi_in"] = Number(score?.Speech?.EstoiIn),
            ["estoi_out"] = Number(score?.Speech?.EstoiOut),
            ["overlap_s"] = Number(score?.Speech?.OverlapS),
            ["microphone_levels"] = new JsonArray([.. run.MicrophoneLevels.Select(m => new JsonObject { ["name"] = m.Name, ["level_dbfs"] = Number(m.Dbfs), ["level_db_spl"] = Number(m.DbSpl) })]),
            ["algorithmic_delay_ms"] = Number(run.AlgorithmicDelayMs),
            ["transport_delay_ms"] = Number(run.TransportDelayMs),
            ["block_ms"] = Number(run.BlockMs),
            ["block_ms_p50"] = Number(run.BlockMsP50),
            ["block_ms_p99"] = Number(run.BlockMsP99),
            ["tick_ms_p50"] = Number(run.TickMsP50),
            ["tick_ms_p99"] = Number(run.TickMsP99),
            ["fusion_ms_p99"] = Number(run.FusionMsP99),
            ["xruns"] = run.Xruns,
            ["lost"] = run.Lost,
            ["cpu_s_per_s"] = new JsonObject { ["engine"] = Number(engineCpu), ["simulator"] = Number(simulatorCpu) },
        };
        return summary;
    }

    public static void Print(JsonObject summary, TextWriter to)
    {
        string Get(string key, string format = "F1") => summary[key] is JsonValue v && v.TryGetValue(out double d) ? d.ToString(format, CultureInfo.InvariantCulture) : "-";
        to.WriteLine($"session              {summary["session"]}");
        if (summary["accuracy"] is not null)
        {
            to.WriteLine($"attention accuracy   {Percent(summary["accuracy"])} of the time on the attended talker");
            foreach (var (name, value) in summary["baselines"]!.AsObject()) to.WriteLine($"  {name.Replace('_', ' '),-18} {Percent(value)}");
            to.WriteLine($"switches             {summary["switches"]} decided, {summary["true_switches"]} true, median latency {Get("switch_latency_s_median", "F2")} s");
            to.WriteLine($"SI-SDR improvement   {Get("si_sdr_improvement_db")} dB over the best microphone (overlap only); {Get("si_sdr_improvement_when_right_db")} dB while the decision was right");
        }
        to.WriteLine($"delay                {Get("algorithmic_delay_ms")} ms algorithmic; {Get("transport_delay_ms")} ms LSL transport, apart");
        to.WriteLine($"CPU                  engine {Get2(summary, "engine")}, simulator {Get2(summary, "simulator")} of a core; block p99 {Get("block_ms_p99", "F3")} of {Get("block_ms")} ms; tick p99 {Get("tick_ms_p99", "F2")} ms");
        if (summary["audio_eeg_drift_ppm"] is not null) to.WriteLine($"audio against EEG    {Get("audio_eeg_drift_ppm")} ppm of clock drift, corrected where both meet the 64 Hz grid");
        if (summary["microphone_levels"] is JsonArray { Count: > 0 } levels && levels[0]!["level_db_spl"] is not null)
            to.WriteLine($"level                {string.Join(", ", levels.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l!["name"]} {l["level_db_spl"]?.GetValue<double>():F1}")))} dB SPL, mean of the run");
        if (summary["device"] is JsonObject device)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"audio device         {device["kind"]}, blocks of {device["block_frames"]} frames, {device["xruns"]} xruns, {device["lost_samples"]} samples lost by it, {device["restarts"]} restarts, longest callback {device["callback_ms_max"]!.GetValue<double>():F3} ms"));
        to.WriteLine($"health               {summary["lost"]} samples lost, {summary["xruns"]} xruns");
    }

    private static string Get2(JsonObject summary, string part) =>
        summary["cpu_s_per_s"]![part] is JsonValue v && v.TryGetValue(out double d) ? d.ToString("F2", CultureInfo.InvariantCulture) : "-";

    private static string Percent(JsonNode? node) => node is JsonValue v && v.TryGetValue(out double d) ? (100 * d).ToString("F1", CultureInfo.InvariantCulture).PadLeft(5) + " %" : "    -";

    private static JsonObject Baselines(SessionScore score)
    {
        var all = new JsonObject();
        foreach (var (name, figures) in score.Baselines) all[name] = Number(figures.Accuracy);
        all["chance"] = Number(score.Chance);
        return all;
    }

    private static JsonValue? Number(double? value) => value is { } v && double.IsFinite(v) ? JsonValue.Create(v) : null;
}
