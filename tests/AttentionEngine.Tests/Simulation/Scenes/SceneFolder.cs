using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Simulation.Scenes;

/// <summary>A temporary folder with the shipped rig, a speech folder of noise bursts (v1.wav, r2-a.wav, r2-b.wav, 24 kHz) and scenes.</summary>
internal sealed class SceneFolder : IDisposable
{
    private int _scenes;

    public SceneFolder()
    {
        Root = Directory.CreateTempSubdirectory("attend-scene").FullName;
        File.Copy(Path.Combine(Repository.Root, "rigs", "sim-bte4.yaml"), Path.Combine(Root, "rig.yaml"));
        Directory.CreateDirectory(Path.Combine(Root, "speech"));
        foreach (string name in new[] { "v1", "r2-a", "r2-b" }) WriteBursts(Path.Combine(Root, "speech", name + ".wav"), new SeededRandom(1).Fork(name));
    }

    public string Root { get; }

    public string Write(string scene)
    {
        string file = Path.Combine(Root, $"scene{_scenes++}.yaml");
        File.WriteAllText(file, scene);
        return file;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Six seconds: 0.3 s bursts with 0.1 s between them, and one silence of 1.5 s.</summary>
    private static void WriteBursts(string path, SeededRandom random)
    {
        using var writer = new WavWriter(path, 1, 24000);
        var samples = new float[6 * 24000];
        for (int i = 0; i < samples.Length; i++)
        {
            double t = i / 24000.0;
            bool on = t % 0.4 < 0.3 && t is < 3 or > 4.5;
            if (on) samples[i] = (float)(0.1 * random.Normal());
        }
        writer.Append(samples);
    }
}
