using System.Numerics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Acoustics;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Tests.Simulation.Render;

public class ArrayRendererTests
{
    private static readonly Pose Rest = new(Vector3D.Zero, Rotation.Identity);

    /// <summary>The benchmark's own script, its frequency bins of direct(): level of each microphone in dB and phase relative to the left front one.</summary>
    [Theory]
    [InlineData(30, 500, -2.61, 0.0000, -3.39, -1.2112, -2.99, -0.1820, -3.16, -1.3630)]
    [InlineData(30, 1000, -0.64, 0.0000, -5.07, -2.1417, -1.23, -0.2609, -4.53, -2.5269)]
    [InlineData(30, 2000, 0.35, 0.0000, -5.03, 2.7716, -0.42, -0.5109, -7.41, 2.0933)]
    [InlineData(30, 4000, 1.05, 0.0000, -6.30, -0.5240, 0.20, -1.0179, -7.35, -1.8738)]
    [InlineData(-45, 500, -3.04, 0.0000, -2.02, 1.6705, -2.82, -0.1037, -2.40, 1.5217)]
    [InlineData(-45, 1000, -4.08, 0.0000, -0.03, 3.0545, -3.22, -0.2408, -0.39, 2.8284)]
    [InlineData(-45, 2000, -8.20, 0.0000, 1.05, -0.9062, -6.46, -0.8510, 0.65, -1.3492)]
    [InlineData(-45, 4000, -6.73, 0.0000, 1.80, -2.4412, -9.08, -0.8485, 1.38, 2.9582)]
    public void Levels_and_delays_at_a_sphere_are_those_of_the_beamforming_benchmark(double azimuthDeg, double frequencyHz, params double[] levelsAndPhases)
    {
        float[][] images = Render(TestScenes.Make([azimuthDeg, 0]), TestScenes.Impulse(2, 4096, 700), new TestScenes.StillHead(Rest)).Images[0];
        Complex reference = Dft(images[0], frequencyHz);
        for (int m = 0; m < 4; m++)
        {
            Complex h = Dft(images[m], frequencyHz);
            Assert.InRange(20 * Math.Log10(h.Magnitude) - levelsAndPhases[2 * m], -0.1, 0.1);
            Assert.InRange(Angles.WrapRad((h / reference).Phase - levelsAndPhases[2 * m + 1]), -0.02, 0.02);
        }
    }

    [Fact]
    public void One_microphone_in_free_field_hears_the_delay_and_the_distance()
    {
        var array = new MicrophoneArray(HeadModelKind.FreeField, 0, TestScenes.RateHz, [new Microphone("m", Vector3D.Zero)], 0, 0);
        float[] image = Render(TestScenes.Make([10, 0], array: array), TestScenes.Impulse(2, 4096, 700), new TestScenes.StillHead(Rest)).Images[0][0];
        Complex h = Dft(image, 1000);
        Assert.InRange(h.Magnitude * 1.4, 0.999, 1.001);
        double expectedPhase = -2 * Math.PI * 1000 * (700 / TestScenes.RateHz + 1.4 / 343);
        Assert.InRange(Angles.WrapRad(h.Phase - expectedPhase), -1e-3, 1e-3);
    }

    [Fact]
    public void Turning_the_head_is_turning_the_talkers_the_other_way()
    {
        var signals = TestScenes.Impulse(2, 2048, 700);
        float[] turned = Render(TestScenes.Make([10, 0]), signals, new TestScenes.StillHead(new Pose(Vector3D.Zero, Rotation.FromYawPitchRoll(Angles.ToRadians(40))))).Images[0][1];
        float[] moved = Render(TestScenes.Make([-30, 0]), signals, new TestScenes.StillHead(Rest)).Images[0][1];
        float peak = moved.Max(Math.Abs);
        for (int i = 0; i < moved.Length; i++) Assert.InRange(turned[i] - moved[i], -1e-4f * peak, 1e-4f * peak);
    }

    [Fact]
    public void A_head_that_turns_fast_makes_no_clicks()
    {
        // 1 kHz at 140 degrees a second: what lies above 1.5 kHz afterwards would be clicks.
        var dry = Enumerable.Range(0, 16000).Select(i => (float)Math.Sin(2 * Math.PI * 1000 * i / TestScenes.RateHz)).ToArray();
        var signals = new TalkerSignals(TestScenes.RateHz, [dry, new float[16000]], []);
        float[] image = Render(TestScenes.Make([60, 0]), signals, new TestScenes.TurningHead(Vector3D.Zero, Angles.ToRadians(140))).Images[0][0];
        double tone = 0, beyond = 0;
        for (int f = 200; f < 8000; f += 25)
        {
            double energy = Math.Pow(Dft(Hann(image.AsSpan(4000, 8000)), f).Magnitude, 2);
            if (f < 1500) tone += energy; else beyond += energy;
        }
        Assert.InRange(10 * Math.Log10(beyond / tone), -300, -60);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.15)]
    [InlineData(0.5)]
    public void A_room_decays_in_its_reverberation_time(double rt60S)
    {
        var scene = TestScenes.Make([30, 0], new ShoeboxRoom(new Vector3D(6, 5, 2.8), rt60S));
        var head = new TestScenes.StillHead(new Pose(scene.ListenerPositionRoomM, Rotation.Identity));
        float[][] images = Render(scene, TestScenes.Impulse(2, 16000, 300), head).Images[0];
        foreach (float[] image in images)
        {
            new BiquadCascade(ButterworthDesign.HighPass(4, 100, TestScenes.RateHz)).Process(image); // as all speech in the simulator is
            double measured = SchroederDecay.Rt60S([.. image.Select(x => (double)x * x)], TestScenes.RateHz);
            Assert.InRange(measured / rt60S, 0.85, 1.15);
        }
    }

    [Fact]
    public void The_direct_sound_comes_first_in_a_room_and_reflections_turn_with_the_head()
    {
        var scene = TestScenes.Make([30, 0], new ShoeboxRoom(new Vector3D(6, 5, 2.8), 0.3));
        var signals = TestScenes.Impulse(2, 8000, 300);
        float[] straight = Render(scene, signals, new TestScenes.StillHead(new Pose(scene.ListenerPositionRoomM, Rotation.Identity))).Images[0][0];
        float[] anechoic = Render(TestScenes.Make([30, 0]), signals, new TestScenes.StillHead(Rest)).Images[0][0];
        int arrival = 300 + (int)(1.4 / 343 * TestScenes.RateHz);
        for (int i = 0; i < arrival + 30; i++) Assert.Equal(anechoic[i], straight[i], 1e-3f); // the floor's reflection comes 69 samples after
        // Facing backwards swaps near and far ear for the room as well: the late part must change.
        float[] back = Render(scene, signals, new TestScenes.StillHead(new Pose(scene.ListenerPositionRoomM, Rotation.FromYawPitchRoll(Math.PI)))).Images[0][0];
        double difference = 0, energy = 0;
        for (int i = arrival + 400; i < 4000; i++) { difference += Math.Pow(back[i] - straight[i], 2); energy += Math.Pow(straight[i], 2); }
        Assert.InRange(difference / energy, 0.5, 4);
    }

    [Fact]
    public void Diffuse_noise_has_the_power_and_the_coherence_of_an_isotropic_field()
    {
        // Free field, 10 cm apart: coherence is sin(kd)/(kd) (Cook et al. 1955).
        var array = new MicrophoneArray(HeadModelKind.FreeField, 0, TestScenes.RateHz, [new Microphone("a", new Vector3D(0, 0.05, 0)), new Microphone("b", new Vector3D(0, -0.05, 0))], 0, 1);
        var scene = TestScenes.Make([30, 0], array: array, noise: new NoiseSettings(NoiseSpectrum.White, 10, double.PositiveInfinity));
        var signals = new TalkerSignals(TestScenes.RateHz, [new float[160000], new float[160000]], []);
        float[][] mixture = Render(scene, signals, new TestScenes.StillHead(Rest)).Mixture;
        double power = mixture[0].Sum(x => (double)x * x) / mixture[0].Length;
        Assert.InRange(10 * Math.Log10(ArrayRenderer.TalkerPower(scene) / power), 9.5, 10.9); // the top 8 % of the band rolls off
        foreach (double frequencyHz in new[] { 500.0, 1000, 2500 })
        {
            double expected = Math.Sin(2 * Math.PI * frequencyHz / 343 * 0.1) / (2 * Math.PI * frequencyHz / 343 * 0.1);
            Complex cross = 0;
            double a = 0, b = 0;
            for (int start = 0; start + 512 <= 160000; start += 256)
            {
                Complex x = Dft(Hann(mixture[0].AsSpan(start, 512)), frequencyHz), y = Dft(Hann(mixture[1].AsSpan(start, 512)), frequencyHz);
                cross += x * Complex.Conjugate(y);
                a += x.Magnitude * x.Magnitude;
                b += y.Magnitude * y.Magnitude;
            }
            Assert.InRange((cross / Math.Sqrt(a * b)).Real - expected, -0.12, 0.12);
        }
    }

    [Fact]
    public void Where_nobody_speaks_there_is_noise_all_the_same()
    {
        var scene = TestScenes.Make([30, -45], noise: new NoiseSettings(NoiseSpectrum.Speech, 15, 45));
        var silence = new TalkerSignals(TestScenes.RateHz, [new float[8000], new float[8000]], []);
        float[] mixture = Render(scene, silence, new TestScenes.StillHead(Rest)).Mixture[0];
        double power = mixture.Sum(x => (double)x * x) / mixture.Length;
        Assert.InRange(10 * Math.Log10(ArrayRenderer.TalkerPower(scene) / power), 10, 18);
    }

    [Fact]
    public void Same_seed_same_samples()
    {
        var scene = TestScenes.Make([30, -45], new ShoeboxRoom(new Vector3D(5, 4, 2.5), 0.2), new NoiseSettings(NoiseSpectrum.Pink, 15, 45));
        var signals = TestScenes.Impulse(2, 8000, 300);
        var head = new TestScenes.TurningHead(scene.ListenerPositionRoomM, 1);
        float[][] first = Render(scene, signals, head, seed: 3).Mixture, again = Render(scene, signals, head, seed: 3).Mixture, other = Render(scene, signals, head, seed: 4).Mixture;
        for (int m = 0; m < 4; m++) Assert.Equal(first[m], again[m]);
        Assert.NotEqual(first[0], other[0]);
    }

    private static ArrayRecording Render(Scene scene, TalkerSignals signals, IHeadTrajectory head, ulong seed = 1) =>
        ArrayRenderer.Render(scene, signals, head, new SeededRandom(seed));

    private static float[] Hann(ReadOnlySpan<float> x)
    {
        var y = x.ToArray();
        for (int i = 0; i < y.Length; i++) y[i] *= (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * i / y.Length));
        return y;
    }

    private static Complex Dft(ReadOnlySpan<float> x, double frequencyHz)
    {
        Complex sum = 0, step = Complex.FromPolarCoordinates(1, -2 * Math.PI * frequencyHz / TestScenes.RateHz), phase = 1;
        foreach (float v in x) { sum += v * phase; phase *= step; }
        return sum;
    }
}
