using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Separation;

/// <summary>The benchmark's array, scenes with known directions, and sound that arrives from them (plane waves on the sphere).</summary>
internal static class SeparationFixture
{
    public const double RateHz = 16000;

    public static MicrophoneArray Array { get; } = new(HeadModelKind.RigidSphere, 0.083, RateHz,
    [
        new("left_front", OnSphere(99.417)), new("right_front", OnSphere(-99.417)), new("left_rear", OnSphere(109.1655)), new("right_rear", OnSphere(-109.1655)),
    ], 0, 1);

    public static AudioPathSettings Settings(string backend = "lcmv", double delayMs = 4) => new(2, 16, delayMs, -12, backend, -1);

    public static TalkerScene Scene(params double[] azimuthsDeg)
    {
        var scene = new TalkerScene(azimuthsDeg.Length) { Count = azimuthsDeg.Length, HeadValid = true };
        for (int k = 0; k < azimuthsDeg.Length; k++)
        {
            scene.Talkers[k].Id = $"t{k}";
            scene.Talkers[k].DirectionHead = scene.Talkers[k].DirectionRoom = Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthsDeg[k]));
        }
        return scene;
    }

    public static SteeringCommand Gains(long tick, float ambient, params float[] gains)
    {
        var command = new SteeringCommand(Math.Max(1, gains.Length)) { Tick = tick, Count = gains.Length, AmbientGain = ambient };
        gains.CopyTo(command.Gains, 0);
        return command;
    }

    public static float[] Noise(int count, ulong seed, double scale)
    {
        var random = new SeededRandom(seed);
        var x = new float[count];
        for (int i = 0; i < count; i++) x[i] = (float)(scale * random.Normal());
        return x;
    }

    /// <summary>[M × frames] images of a source signal from a direction; circular, so every frame is stationary.</summary>
    public static float[] Image(float[] source, double azimuthDeg, MicrophoneArray? array = null)
    {
        array ??= Array;
        int frames = source.Length;
        var fft = new RealFft<double>(frames);
        var sphere = new RigidSphere(array.SphereRadiusM);
        var direction = Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthDeg));
        double[] cosines = [.. array.Microphones.Select(m => direction.Dot(m.PositionHeadM.Normalized()))];
        var h = new Complex[fft.Bins * array.Count];
        for (int b = 0; b < fft.Bins; b++) sphere.Fill(b * array.SampleRateHz / frames, 0, double.PositiveInfinity, cosines, h.AsSpan(b * array.Count, array.Count));
        double[] time = [.. source.Select(v => (double)v)], re = new double[fft.Bins], im = new double[fft.Bins], yr = new double[fft.Bins], yi = new double[fft.Bins];
        fft.Forward(time, re, im);
        var image = new float[array.Count * frames];
        for (int m = 0; m < array.Count; m++)
        {
            for (int b = 0; b < fft.Bins; b++)
            {
                var y = new Complex(re[b], im[b]) * h[b * array.Count + m];
                (yr[b], yi[b]) = (y.Real, y.Imaginary);
            }
            fft.Inverse(yr, yi, time);
            for (int i = 0; i < frames; i++) image[m * frames + i] = (float)time[i];
        }
        return image;
    }

    public static double PowerDb(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (float v in x) sum += (double)v * v;
        return 10 * Math.Log10(sum / x.Length + 1e-30);
    }

    private static Vector3D OnSphere(double azimuthDeg) => 0.083 * Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthDeg));
}
