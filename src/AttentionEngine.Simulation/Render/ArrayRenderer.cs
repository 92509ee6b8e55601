using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Acoustics;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Simulation.Render;

/// <summary>Sound at the microphones.</summary>
/// <param name="Images">[K][M][samples] each talker alone, with its reverberation.</param>
/// <param name="Mixture">[M][samples] sum of the images, diffuse noise and sensor noise: what the array records.</param>
public sealed record ArrayRecording(float[][][] Images, float[][] Mixture);

/// <summary>Dry talkers, a room and a moving head to the microphones of a rig.</summary>
public static class ArrayRenderer
{
    public static ArrayRecording Render(Scene scene, TalkerSignals signals, IHeadTrajectory head, SeededRandom random, CancellationToken cancellation = default)
    {
        double rateHz = signals.RateHz;
        var filters = new HeadFilters(scene.Rig.Array, FrameGrid.For(rateHz));
        var room = scene.Room is { } shoebox ? new ImageSourceRoom(shoebox, rateHz) : null;
        var renderer = new TalkerImage(filters, head, rateHz);
        var images = new float[scene.Talkers.Count][][];
        for (int k = 0; k < images.Length; k++)
        {
            var talker = scene.Talkers[k];
            var reflections = room?.Reflections(talker.PositionRoomM, scene.ListenerPositionRoomM, random.Fork("reflections of talker " + talker.Id)) ?? [];
            images[k] = renderer.Render(talker.PositionRoomM, reflections, signals.Dry[k], cancellation);
        }
        var mixture = Sum(images);
        AddNoise(scene, signals, filters, mixture, random);
        return new ArrayRecording(images, mixture);
    }

    /// <summary>Mean power of a talker, while it speaks, at the head's centre with the head absent.</summary>
    public static double TalkerPower(Scene scene)
    {
        double sum = 0;
        for (int k = 0; k < scene.Talkers.Count; k++)
        {
            double distanceM = (scene.Talkers[k].PositionRoomM - scene.ListenerPositionRoomM).Norm;
            sum += Math.Pow(10, (scene.LevelDbfs + scene.Voices[k].LevelDb) / 10) / (distanceM * distanceM);
        }
        return sum / scene.Talkers.Count;
    }

    private static float[][] Sum(float[][][] images)
    {
        var mixture = images[0].Select(m => (float[])m.Clone()).ToArray();
        foreach (float[][] image in images.Skip(1))
            for (int m = 0; m < mixture.Length; m++)
                for (int i = 0; i < mixture[m].Length; i++) mixture[m][i] += image[m][i];
        return mixture;
    }

    private static void AddNoise(Scene scene, TalkerSignals signals, HeadFilters filters, float[][] mixture, SeededRandom random)
    {
        double power = TalkerPower(scene);
        if (!double.IsPositiveInfinity(scene.Noise.SnrDb))
        {
            double[] spectrum = DiffuseNoise.Spectrum(scene.Noise.Spectrum, filters.Grid, signals.RateHz, signals.Dry);
            new DiffuseNoise(filters).AddTo(mixture, spectrum, power * Math.Pow(10, -scene.Noise.SnrDb / 10), random.Fork("diffuse noise"));
        }
        if (!double.IsPositiveInfinity(scene.Noise.SensorSnrDb))
        {
            double sd = Math.Sqrt(power * Math.Pow(10, -scene.Noise.SensorSnrDb / 10));
            for (int m = 0; m < mixture.Length; m++)
            {
                var sensor = random.Fork("sensor noise of microphone " + scene.Rig.Array.Microphones[m].Name);
                for (int i = 0; i < mixture[m].Length; i++) mixture[m][i] += (float)(sd * sensor.Normal());
            }
        }
    }
}
