using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Cli.Training;

/// <summary>What <c>attend train</c> needs to train an EEG decoder on simulated listeners: schema <c>attend.train/1</c>, kind eeg-decoder.</summary>
internal sealed record EegDecoderConfig(
    string Name, string Version, string OutFolder, IReadOnlyList<string> TrainingVoices, IReadOnlyList<string> TestVoices,
    int TrainingListeners, double TrainingS, ulong TrainingSeed, int TestListeners, double TestS, ulong TestSeed, int Lags, IReadOnlyList<double> Ridge)
{
    public const string Schema = "attend.train/1";

    public static EegDecoderConfig Read(string file, Func<YamlMap, IReadOnlyList<string>, IReadOnlyList<string>> voiceFiles)
    {
        var map = YamlMap.Load(file, Schema);
        map.Choice("kind", null, "eeg-decoder");
        YamlMap training = map.Map("training"), test = map.Map("test");
        double lagMaxMs = map.Number("lag_max_ms", 50, 600);
        var config = new EegDecoderConfig(map.Text("name"), map.Text("version"), map.ResolvePath(map.Text("out")),
            voiceFiles(map, training.Texts("voices")), voiceFiles(map, test.Texts("voices")),
            training.Integer("listeners", 2, 10000), training.Number("seconds", 10, 3600), (ulong)training.Integer("first_seed", 0, int.MaxValue),
            test.Integer("listeners", 2, 10000), test.Number("seconds", 70, 3600), (ulong)test.Integer("first_seed", 0, int.MaxValue),
            (int)Math.Round(lagMaxMs * 1e-3 * SpeechEnvelope.GridRateHz) + 1, map.Numbers("ridge", 1, 20, 1e-9, 1e3));
        training.Done();
        test.Done();
        map.Done();
        if (config.TrainingVoices.Intersect(config.TestVoices).Any()) throw test.Error("voices", "share a voice with training; train and test never share a talker");
        if (config.TrainingSeed < config.TestSeed + (ulong)config.TestListeners && config.TestSeed < config.TrainingSeed + (ulong)config.TrainingListeners)
            throw test.Error("first_seed", "makes test listeners that are training listeners too; choose seeds that do not overlap");
        return config;
    }
}
