using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Acoustics;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Benchmarks;

/// <param name="AzimuthRad">[4] HEAD.</param>
/// <param name="Images">[4][M][n] each talker alone.</param>
/// <param name="Noise">[M][n] diffuse and a little sensor noise, as strong as one talker at the head's centre.</param>
/// <param name="Active">[4][10 ms frames].</param>
internal sealed record DoaDraw(double[] AzimuthRad, float[][][] Images, float[][] Noise, bool[][] Active);

/// <summary>Four talkers who all talk without turns, anywhere around a resting head, in the simulator's rooms.</summary>
internal static class DoaScenes
{
    private const double SeparationDeg = 25, DistanceM = 1.3;

    /// <param name="rt60S">0: anechoic.</param>
    public static DoaDraw Make(Scene model, double rt60S, int draw, double seconds)
    {
        var random = new SeededRandom((ulong)(20261127 + draw));
        double rateHz = model.Rig.Array.SampleRateHz;
        var centre = new Vector3D(2.8, 2.3, 1.25);
        double[] azimuths = Azimuths(random);
        var scene = model with
        {
            Room = rt60S > 0 ? new ShoeboxRoom(new Vector3D(6, 5, 2.8), rt60S) : null,
            ListenerPositionRoomM = centre,
            Talkers = [.. azimuths.Select((a, k) => new SceneTalker($"t{k}", k, centre + DistanceM * Vector3D.FromAzimuthElevation(a), model.Talkers[k].Voice))],
            Noise = new NoiseSettings(NoiseSpectrum.Speech, double.PositiveInfinity, double.PositiveInfinity),
        };
        int n = (int)(seconds * rateHz);
        var dry = new float[4][];
        var active = new bool[4][];
        float level = (float)Math.Pow(10, scene.LevelDbfs / 20);
        for (int k = 0; k < 4; k++)
        {
            var speech = SpeechMaterial.Load(scene.Voices[k].Files, rateHz);
            dry[k] = new float[n];
            speech.Copy(speech.NextSpeech(random.Index(speech.Samples.Length)), dry[k]);
            active[k] = SpeechMaterial.SpeechFrames(dry[k], rateHz);
            foreach (ref float x in dry[k].AsSpan()) x *= level;
        }
        var images = ArrayRenderer.Render(scene, new TalkerSignals(rateHz, dry, []), new Resting(new Pose(centre, Rotation.Identity)), random).Images;
        var filters = new HeadFilters(scene.Rig.Array, FrameGrid.For(rateHz));
        var noise = Enumerable.Range(0, scene.Rig.Array.Count).Select(_ => new float[n]).ToArray();
        double power = ArrayRenderer.TalkerPower(scene);
        new DiffuseNoise(filters).AddTo(noise, DiffuseNoise.Spectrum(NoiseSpectrum.Speech, filters.Grid, rateHz, dry), power, random);
        foreach (float[] m in noise)
            foreach (ref float x in m.AsSpan()) x += (float)(0.05 * Math.Sqrt(power) * random.Normal());
        return new DoaDraw(azimuths, images, noise, active);
    }

    private static double[] Azimuths(SeededRandom random)
    {
        while (true)
        {
            double[] a = [.. Enumerable.Range(0, 4).Select(_ => random.Uniform(-Math.PI, Math.PI))];
            bool clear = true;
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < i; j++) clear &= Math.Abs(Angles.WrapRad(a[i] - a[j])) >= Angles.ToRadians(SeparationDeg);
            if (clear) return a;
        }
    }

    private sealed class Resting(Pose pose) : IHeadTrajectory
    {
        public Pose HeadAt(double timeS) => pose;
    }
}
