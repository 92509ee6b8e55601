using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Yaml;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Listener;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Cli.Evaluation;

/// <summary>One condition of a protocol.</summary>
/// <param name="Scene">With the condition's listener and conversation.</param>
/// <param name="Without">Senses whose sensor is not there.</param>
/// <param name="GazeMissing">Share of gaze samples that the tracker loses, in bursts of half a second, beside its own losses.</param>
/// <param name="EegOfAnother">The EEG is that of another listener of the same scene, so that it knows nothing.</param>
/// <param name="ScoreFromS">Ticks before are not scored, seconds after the start.</param>
internal sealed record EvaluationCondition(string Name, Scene Scene, IReadOnlyList<Modality> Without, double GazeMissing, bool EegOfAnother, double ScoreFromS);

/// <summary>What <c>attend evaluate --protocol</c> runs (<c>schema: attend.protocol/1</c>, documented in <c>tests/protocols/README.md</c>).</summary>
internal sealed record EvaluationProtocol(string Name, int Listeners, ulong FirstSeed, double Seconds, IReadOnlyList<EvaluationCondition> Conditions)
{
    public const string Schema = "attend.protocol/1";
    private const double LongestS = 3600;

    /// <exception cref="Core.Errors.ConfigurationException">The file or a scene that it names is missing or wrong.</exception>
    public static EvaluationProtocol Read(string file)
    {
        var map = YamlMap.Load(file, Schema);
        string name = map.Text("name");
        int listeners = map.IntegerOr("listeners", 30, 1, 10_000);
        ulong firstSeed = (ulong)map.Integer("first_seed", 0, int.MaxValue);
        double seconds = map.NumberOr("seconds", 60, 5, LongestS);
        string scene = map.ResolvePath(map.Text("scene"));
        var conditions = new List<EvaluationCondition>();
        foreach (var c in map.Maps("conditions"))
        {
            var condition = Condition(c, scene, seconds);
            if (conditions.Any(o => o.Name == condition.Name)) throw c.Error("name", $"is `{condition.Name}`, which another condition has already");
            conditions.Add(condition);
        }
        if (conditions.Count == 0) throw map.Error("conditions", "is empty, expected at least one");
        map.Done();
        return new EvaluationProtocol(name, listeners, firstSeed, seconds, conditions);
    }

    private static EvaluationCondition Condition(YamlMap map, string sceneFile, double seconds)
    {
        string name = map.Text("name");
        var scene = SceneReader.Read(map.Has("scene") ? map.ResolvePath(map.Text("scene")) : sceneFile);
        if (map.MapOrNull("listener") is { } listener) scene = scene with { Listener = ListenerSettings.Read(listener) };
        if (map.MapOrNull("conversation") is { } conversation) scene = scene with { Conversation = ConversationSettings.Read(conversation) };
        var without = new List<Modality>();
        if (map.Has("without"))
            foreach (string sense in map.Texts("without"))
            {
                int at = Modalities.Names.ToList().IndexOf(sense);
                if (at < 0) throw map.Error("without", $"has `{sense}`, expected some of {string.Join(", ", Modalities.Names)}");
                without.Add((Modality)at);
            }
        var condition = new EvaluationCondition(name, scene, without, map.NumberOr("gaze_missing", 0, 0, 1), map.FlagOr("eeg_of_another", false), map.NumberOr("score_from_s", 0, 0, seconds - 1));
        map.Done();
        return condition;
    }
}
