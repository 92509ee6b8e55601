using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Separation.Design;
using AttentionEngine.Separation.Design.Masks;

namespace AttentionEngine.Tests.Separation;

public class MaskFeaturesTests
{
    private const int M = 4, Bins = 257, N = MaskFeatures.Count, Frames = 16384;
    private static readonly SteeringVectors Vectors = new(SeparationFixture.Array, MaskFeatures.FftSize);

    private static Vector3D[] Directions(params double[] azimuthsDeg) => [.. azimuthsDeg.Select(a => Vector3D.FromAzimuthElevation(Angles.ToRadians(a)))];

    /// <returns>[frames][K × 5 × bins].</returns>
    private static List<float[]> Run(float[] sound, Vector3D[] directions, int piece, MaskFeatures? features = null)
    {
        features ??= new MaskFeatures(Vectors, directions.Length);
        features.Reset(directions);
        var spectra = new SpectralFrames(M, MaskFeatures.FftSize, MaskFeatures.Hop);
        var masks = Enumerable.Range(0, directions.Length + 1).Select(_ => new double[features.Classes.Stride]).ToArray();
        foreach (double[] mask in masks) mask.AsSpan().Fill(1.0 / masks.Length);
        var rows = new List<float[]>();
        int samples = sound.Length / M;
        for (int start = 0; start < samples; start += piece)
        {
            int length = Math.Min(piece, samples - start), at = 0;
            var part = new float[M * length];
            for (int m = 0; m < M; m++) sound.AsSpan(m * samples + start, length).CopyTo(part.AsSpan(m * length));
            while (spectra.TryNext(part, length, ref at))
            {
                var row = new float[directions.Length * N * Bins];
                features.Observe(spectra.Spectrum, row);
                features.Learn(masks);
                rows.Add(row);
            }
        }
        return rows;
    }

    private static double Mean(IEnumerable<float[]> rows, int talker, int feature) =>
        rows.Skip(8).Average(r => r.AsSpan((talker * N + feature) * Bins + 16, 200).ToArray().Average(v => (double)v));

    [Fact]
    public void Sound_from_a_talker_speaks_for_that_talker()
    {
        var directions = Directions(40, -30);
        var rows = Run(SeparationFixture.Image(SeparationFixture.Noise(Frames, 3, 0.05), 40), directions, 640);
        Assert.True(Mean(rows, 0, 1) > 0.2, $"own {Mean(rows, 0, 1):F2}");
        Assert.True(Mean(rows, 0, 1) > Mean(rows, 0, 2) + 0.2, "the other explains it better");
        Assert.True(Mean(rows, 1, 1) < Mean(rows, 1, 2) - 0.2, "the silent talker claims it");
    }

    [Fact]
    public void The_order_of_talkers_and_the_cut_of_the_stream_change_nothing()
    {
        float[] sound = SeparationFixture.Image(SeparationFixture.Noise(Frames, 4, 0.05), 10);
        var rows = Run(sound, Directions(40, -30), 640);
        var cut = Run(sound, Directions(40, -30), 37);
        var turned = Run(sound, Directions(-30, 40), 640);
        Assert.Equal(rows.Count, cut.Count);
        for (int t = 0; t < rows.Count; t++)
        {
            Assert.Equal(rows[t], cut[t]);
            Assert.Equal(rows[t].AsSpan(0, N * Bins).ToArray(), turned[t].AsSpan(N * Bins).ToArray());
        }
    }

    [Fact]
    public void Reset_is_as_good_as_new_and_silence_is_finite()
    {
        float[] sound = SeparationFixture.Image(SeparationFixture.Noise(Frames, 5, 0.05), -60);
        var used = new MaskFeatures(Vectors, 2);
        Run(sound, Directions(0, 90), 640, used);
        var again = Run(sound, Directions(40, -30), 640, used);
        var fresh = Run(sound, Directions(40, -30), 640);
        for (int t = 0; t < fresh.Count; t++) Assert.Equal(fresh[t], again[t]);
        Assert.All(Run(new float[M * 2048], Directions(40), 640).SelectMany(r => r), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void What_was_learned_turns_with_the_head()
    {
        // Learned at 40 degrees; the head turns until the talker is at 10: the features stay what they were.
        var features = new MaskFeatures(Vectors, 1);
        Run(SeparationFixture.Image(SeparationFixture.Noise(Frames, 6, 0.05), 40), Directions(40), 640, features);
        features.Turn(0, Directions(10)[0]);
        var spectra = new SpectralFrames(M, MaskFeatures.FftSize, MaskFeatures.Hop);
        float[] after = SeparationFixture.Image(SeparationFixture.Noise(4096, 7, 0.05), 10), row = new float[N * Bins];
        int at = 0;
        while (spectra.TryNext(after, 4096, ref at)) features.Observe(spectra.Spectrum, row);
        Assert.True(Mean([.. Enumerable.Repeat(row, 9)], 0, 3) > 0.2, "the learned covariance points to where the talker was");
    }
}
