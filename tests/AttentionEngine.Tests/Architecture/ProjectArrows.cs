namespace AttentionEngine.Tests.Architecture;

/// <summary>
/// DESIGN §3 as a table: which project may refer to which. The four stages (Capture, Perception, Attention, Separation) never refer to each
/// other; only Cli constructs things, and only Cli may refer to Simulation, so that the engine cannot know that its streams are simulated.
/// </summary>
internal static class ProjectArrows
{
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["OnnxRuntime.Managed"] = [],
        ["AttentionEngine.Core"] = [],
        ["AttentionEngine.Capture"] = ["AttentionEngine.Core"],
        ["AttentionEngine.Simulation"] = ["AttentionEngine.Core"],
        ["AttentionEngine.Inference"] = ["AttentionEngine.Core", "OnnxRuntime.Managed"],
        ["AttentionEngine.Perception"] = ["AttentionEngine.Core", "AttentionEngine.Inference"],
        ["AttentionEngine.Attention"] = ["AttentionEngine.Core", "AttentionEngine.Inference"],
        ["AttentionEngine.Separation"] = ["AttentionEngine.Core", "AttentionEngine.Inference"],
        ["AttentionEngine.Pipeline"] = ["AttentionEngine.Core", "AttentionEngine.Inference", "AttentionEngine.Capture", "AttentionEngine.Perception", "AttentionEngine.Attention", "AttentionEngine.Separation"],
        ["AttentionEngine.Analysis"] = ["AttentionEngine.Core", "AttentionEngine.Attention"],
        ["AttentionEngine.Dashboard"] = ["AttentionEngine.Core", "AttentionEngine.Pipeline"],
        ["AttentionEngine.Windows"] = ["AttentionEngine.Core"],
        ["AttentionEngine.Cli"] =
        [
            "AttentionEngine.Core", "AttentionEngine.Capture", "AttentionEngine.Simulation", "AttentionEngine.Inference", "AttentionEngine.Perception", "AttentionEngine.Attention",
            "AttentionEngine.Separation", "AttentionEngine.Pipeline", "AttentionEngine.Analysis", "AttentionEngine.Dashboard",
        ],
    };

    /// <summary>What runs live and must not reach the ground truth of a simulated session.</summary>
    public static readonly string[] EngineProjects =
    [
        "AttentionEngine.Core", "AttentionEngine.Capture", "AttentionEngine.Inference", "AttentionEngine.Perception", "AttentionEngine.Attention", "AttentionEngine.Separation",
        "AttentionEngine.Pipeline", "AttentionEngine.Dashboard",
    ];

    /// <summary>Assembly name of a project: its own name, but for the two that are named after what they are to their users.</summary>
    public static string AssemblyName(string project) => project switch
    {
        "OnnxRuntime.Managed" => "Microsoft.ML.OnnxRuntime",
        "AttentionEngine.Cli" => "attend",
        _ => project,
    };
}
