using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation;

namespace AttentionEngine.Cli.Training;

/// <summary>
/// Turns scenes (models/training/masks/make_scenes.py) into examples for the mask network: beside each <c>images.npy</c>,
/// <c>features.npy</c> int8 [T, K, 5, bins] in steps of 1/25 and <c>masks.npy</c> int8 [T, K + 1, bins] in steps of 1/127.
/// </summary>
internal static class MaskExamples
{
    public const double FeatureStep = 1 / 25.0, MaskStep = 1 / 127.0;

    /// <returns>Scenes done; those that have examples already are left alone.</returns>
    public static int Run(string folder, Action<string> log, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder)) throw new InputDataException($"{folder} does not exist. models/training/masks/make_scenes.py makes scenes.");
        int done = 0;
        foreach (string scene in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            string features = Path.Combine(scene, "features.npy"), masks = Path.Combine(scene, "masks.npy");
            if (File.Exists(masks) || !File.Exists(Path.Combine(scene, "scene.json"))) continue;
            One(scene, features + ".part", masks + ".part");
            File.Move(features + ".part", features, overwrite: true);
            File.Move(masks + ".part", masks);
            if (++done % 50 == 0) log($"{done} scenes");
        }
        return done;
    }

    private static void One(string scene, string featureFile, string maskFile)
    {
        var images = NpyReader.Read(Path.Combine(scene, "images.npy"));
        using var description = JsonDocument.Parse(File.ReadAllText(Path.Combine(scene, "scene.json")));
        var root = description.RootElement;
        var directions = Vectors(root.GetProperty("directions_head"));
        var positions = Vectors(root.GetProperty("microphones_m"));
        if (images.Shape is not [var classes, var mics, var samples] || classes != directions.Length + 1 || mics != positions.Length)
            throw new InputDataException($"{scene}/images.npy has shape [{string.Join(", ", images.Shape)}], expected [{directions.Length + 1}, {positions.Length}, samples].");
        var array = new MicrophoneArray(HeadModelKind.RigidSphere, root.GetProperty("sphere_radius_m").GetDouble(), 16000, [.. positions.Select((p, m) => new Microphone($"m{m}", p))], 0, 1);
        var random = new SeededRandom((ulong)root.GetProperty("seed").GetInt64());
        var data = new MaskTrainingData(array, directions, random.Uniform(0.3, 0.95));
        File.Delete(featureFile);
        File.Delete(maskFile);
        using var features = new NpyWriter<sbyte>(featureFile, directions.Length, MaskTrainingData.FeatureCount, MaskTrainingData.Bins);
        using var masks = new NpyWriter<sbyte>(maskFile, classes, MaskTrainingData.Bins);
        sbyte[] a = new sbyte[directions.Length * MaskTrainingData.FeatureCount * MaskTrainingData.Bins], b = new sbyte[classes * MaskTrainingData.Bins];
        data.Run(images.ToSingles(), samples, (x, y) =>
        {
            for (int i = 0; i < a.Length; i++) a[i] = (sbyte)Math.Clamp(Math.Round(x[i] / FeatureStep), -127, 127);
            for (int i = 0; i < b.Length; i++) b[i] = (sbyte)Math.Round(y[i] / MaskStep);
            features.Append(a);
            masks.Append(b);
        });
    }

    private static Vector3D[] Vectors(JsonElement list) => [.. list.EnumerateArray().Select(v => new Vector3D(v[0].GetDouble(), v[1].GetDouble(), v[2].GetDouble()))];
}
