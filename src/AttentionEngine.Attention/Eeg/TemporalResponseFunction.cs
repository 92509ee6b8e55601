using System.Security.Cryptography;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Attention.Eeg;

/// <summary>
/// A backward model (temporal response function from EEG to envelope) as its file declares it: schema <c>attend.eeg-decoder/1</c>,
/// weights beside it as npy. EEG in microvolts on the 64 Hz grid, 1–9 Hz causal band-pass on EEG and envelope alike.
/// </summary>
public sealed record TemporalResponseFunction
{
    public const string Schema = "attend.eeg-decoder/1";
    public required string Name { get; init; }
    public required string Version { get; init; }

    /// <summary>[C] 10-20 labels.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>L lags: EEG from 0 to (L − 1) / 64 s after the sound.</summary>
    public required int Lags { get; init; }

    /// <summary>[C × L] row-major, envelope units per microvolt.</summary>
    public required float[] Weights { get; init; }

    /// <summary>What a unit of <see cref="EegDecoder"/>'s summed products is worth, learned on held-out trials; 0: not calibrated, no evidence of its own.</summary>
    public double NatsPerProduct { get; init; }

    /// <summary>Expected calibration error of that evidence on held-out trials; NaN when unknown.</summary>
    public double CalibrationError { get; init; } = double.NaN;

    /// <summary>
    /// While it runs the decoder goes on learning from the talker who is surely attended, and what it learned has half its weight after this time; 0: it stays as it is.
    /// </summary>
    public double AdaptHalfLifeS { get; init; }

    /// <summary>How it was trained; null when the file does not say.</summary>
    public DecoderTraining? Training { get; init; }

    public double LongestLagS => (Lags - 1) / SpeechEnvelope.GridRateHz;

    /// <exception cref="ConfigurationException">The file is missing or malformed.</exception>
    /// <exception cref="InputDataException">The weights are missing, corrupt, or do not fit.</exception>
    public static TemporalResponseFunction Read(string file)
    {
        var map = YamlMap.Load(file, Schema);
        map.Number("rate_hz", SpeechEnvelope.GridRateHz, SpeechEnvelope.GridRateHz);
        double[] band = map.Numbers("band_hz", 2, 2, 0, SpeechEnvelope.GridRateHz / 2);
        if (band[0] != GridBandPass.LowHz || band[1] != GridBandPass.HighHz)
            throw map.Error("band_hz", FormattableString.Invariant($"is [{band[0]}, {band[1]}]; this engine filters at [{GridBandPass.LowHz}, {GridBandPass.HighHz}] Hz, so the decoder must be trained again"));
        map.Integer("filter_order", GridBandPass.Order, GridBandPass.Order);
        map.Number("lag_min_ms", 0, 0);
        double lagMaxMs = map.Number("lag_max_ms", 0, 1000);
        var channels = map.Texts("channels");
        string name = map.Text("name"), version = map.Text("version"), sha = map.Text("sha256"), weightsFile = map.ResolvePath(map.Text("weights"));
        map.TextOr("description", "");
        double nats = map.NumberOr("nats_per_product", 0, 0, 100), error = map.NumberOr("calibration_error", double.NaN, 0, 1);
        double adaptS = map.NumberOr("adapt_half_life_s", 0, 0, 36_000);
        if (adaptS is > 0 and < 30) throw map.Error("adapt_half_life_s", FormattableString.Invariant($"is {adaptS}; expected 0 (no adaptation) or 30 and more, since fewer seconds cannot carry a decoder"));
        var training = DecoderTraining.Read(map.MapOrNull("training"));
        map.Done();
        int lags = (int)Math.Round(lagMaxMs * 1e-3 * SpeechEnvelope.GridRateHz) + 1;
        if (!File.Exists(weightsFile)) throw new InputDataException($"{file}: the weights {weightsFile} do not exist. Restore them, or train again with `attend train`.");
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weightsFile)));
        if (hash != sha) throw new InputDataException($"{weightsFile} is corrupt or not the one of its contract: its SHA-256 is {hash}, {file} says {sha}. Restore both from one version.");
        var weights = NpyReader.Read(weightsFile);
        if (weights.Shape.Length != 2 || weights.Shape[0] != channels.Count || weights.Shape[1] != lags)
            throw new InputDataException($"{weightsFile} has shape [{string.Join(", ", weights.Shape)}], expected [{channels.Count} channels, {lags} lags] as {file} declares.");
        return new TemporalResponseFunction { Name = name, Version = version, Channels = channels, Lags = lags, Weights = weights.ToSingles(), NatsPerProduct = nats, CalibrationError = error, AdaptHalfLifeS = adaptS, Training = training };
    }

    /// <summary>Writes <c>decoder.yaml</c> and <c>decoder.npy</c> into a folder.</summary>
    public void Write(string folder, string description)
    {
        Directory.CreateDirectory(folder);
        string npy = Path.Combine(folder, "decoder.npy");
        using (var writer = new NpyWriter<float>(npy, Lags)) writer.Append(Weights);
        string sha = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(npy)));
        File.WriteAllText(Path.Combine(folder, "decoder.yaml"), FormattableString.Invariant($"""
            schema: {Schema}
            name: {Name}
            version: {Version}
            description: {description}
            rate_hz: {SpeechEnvelope.GridRateHz}
            band_hz: [{GridBandPass.LowHz}, {GridBandPass.HighHz}]
            filter_order: {GridBandPass.Order}
            lag_min_ms: 0
            lag_max_ms: {(Lags - 1) * 1000 / SpeechEnvelope.GridRateHz}
            channels: [{string.Join(", ", Channels)}]
            weights: decoder.npy
            sha256: {sha}

            """) + Evidence() + Training?.Yaml());
    }

    private string Evidence() => (AdaptHalfLifeS > 0 ? FormattableString.Invariant($"adapt_half_life_s: {AdaptHalfLifeS:R}\n") : "") + (NatsPerProduct > 0
        ? FormattableString.Invariant($"nats_per_product: {NatsPerProduct:R}\n") + (double.IsFinite(CalibrationError) ? FormattableString.Invariant($"calibration_error: {CalibrationError:R}\n") : "")
        : "");
}
