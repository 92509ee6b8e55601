using AttentionEngine.Attention;
using AttentionEngine.Attention.Features;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Attention;

public sealed class FusionFilterTests : IDisposable
{
    private readonly FusionNetwork _network = new(Repository.PathOf("models/fusion"));

    public void Dispose() => _network.Dispose();

    private static float[] RandomFeatures(SeededRandom random, int talkers)
    {
        var features = new float[talkers * FeatureLayout.Count];
        for (int i = 0; i < features.Length; i++) features[i] = (float)random.Uniform(-1, 2);
        return features;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Posterior_is_prior_plus_nats_minus_log_z(int talkers)
    {
        using var filter = _network.CreateFilter(talkers);
        var random = new SeededRandom((ulong)talkers);
        var estimate = new AttentionEstimate(8);
        float[] available = [1, 1, 1, 1, 1];
        for (int t = 0; t < 60; t++)
        {
            available[random.Index(5)] = random.Index(2);
            filter.Step(RandomFeatures(random, talkers), available, random.Uniform(0.01, 0.1), estimate);
            var joint = new double[talkers + 1];
            for (int k = 0; k <= talkers; k++)
            {
                joint[k] = estimate.LogPrior[k];
                for (int m = 0; m < 5 && k < talkers; m++) joint[k] += estimate.EvidenceNats[m * talkers + k];
            }
            double logZ = Math.Log(joint.Sum(Math.Exp)), sum = 0;
            for (int k = 0; k <= talkers; k++)
            {
                if (estimate.Posterior[k] > 1e-6) Assert.Equal(joint[k] - logZ, Math.Log(estimate.Posterior[k]), 1e-5);
                sum += estimate.Posterior[k];
            }
            Assert.Equal(1, sum, 1e-5);
        }
    }

    [Fact]
    public void Permuting_talkers_permutes_the_outputs()
    {
        const int talkers = 4;
        int[] permutation = [2, 0, 3, 1];
        using var straight = _network.CreateFilter(talkers);
        using var permuted = _network.CreateFilter(talkers);
        var random = new SeededRandom(11);
        AttentionEstimate a = new(talkers), b = new(talkers);
        float[] available = [1, 1, 1, 1, 1];
        for (int t = 0; t < 100; t++)
        {
            var features = RandomFeatures(random, talkers);
            var moved = new float[features.Length];
            for (int k = 0; k < talkers; k++) features.AsSpan(permutation[k] * FeatureLayout.Count, FeatureLayout.Count).CopyTo(moved.AsSpan(k * FeatureLayout.Count));
            straight.Step(features, available, 0.04, a);
            permuted.Step(moved, available, 0.04, b);
            Assert.Equal(a.Posterior[talkers], b.Posterior[talkers], 1e-5);
            for (int k = 0; k < talkers; k++)
            {
                Assert.Equal(a.Posterior[permutation[k]], b.Posterior[k], 1e-5);
                for (int m = 0; m < 5; m++) Assert.Equal(a.EvidenceNats[m * talkers + permutation[k]], b.EvidenceNats[m * talkers + k], 1e-5);
            }
        }
    }

    [Fact]
    public void An_unavailable_sense_gives_exactly_nothing_and_leaves_the_others_alone()
    {
        const int talkers = 3;
        using var full = _network.CreateFilter(talkers);
        using var without = _network.CreateFilter(talkers);
        var random = new SeededRandom(12);
        AttentionEstimate a = new(talkers), b = new(talkers);
        for (int gone = 0; gone < 5; gone++)
        {
            full.Reset();
            without.Reset();
            float[] all = [1, 1, 1, 1, 1], some = [1, 1, 1, 1, 1];
            some[gone] = 0;
            for (int t = 0; t < 30; t++)
            {
                var features = RandomFeatures(random, talkers);
                full.Step(features, all, 0.04, a);
                without.Step(features, some, 0.04, b);
                for (int m = 0; m < 5; m++)
                    for (int k = 0; k < talkers; k++)
                    {
                        if (m == gone) Assert.Equal(0f, b.EvidenceNats[m * talkers + k]);
                        else Assert.Equal(a.EvidenceNats[m * talkers + k], b.EvidenceNats[m * talkers + k]);
                    }
            }
            Assert.Contains(Enumerable.Range(0, talkers), k => a.EvidenceNats[gone * talkers + k] != 0);
        }
    }

    [Fact]
    public void With_no_sense_at_all_belief_stays_with_the_prior()
    {
        using var filter = _network.CreateFilter(3);
        var estimate = new AttentionEstimate(3);
        for (int t = 0; t < 2000; t++) filter.Step(new float[3 * FeatureLayout.Count], new float[5], 0.04, estimate);
        Assert.Equal(estimate.Posterior[0], estimate.Posterior[1], 1e-5);
        Assert.Equal(estimate.Posterior[1], estimate.Posterior[2], 1e-5);
        Assert.InRange(estimate.Posterior[3], 0.0005, 0.5);
    }

    [Fact]
    public void A_model_for_other_features_is_refused_by_name()
    {
        using var folder = new TempFolder();
        foreach (string file in Directory.GetFiles(Repository.PathOf("models/fusion"))) File.Copy(file, folder.File(Path.GetFileName(file)));
        string yaml = File.ReadAllText(folder.File("model.yaml"));
        File.WriteAllText(folder.File("model.yaml"), yaml.Replace("gaze.margin", "gaze.marge", StringComparison.Ordinal));
        var e = Assert.Throws<InputDataException>(() => new FusionNetwork(folder.Path));
        Assert.Contains("`gaze.marge`", e.Message, StringComparison.Ordinal);
        Assert.Contains("number 4", e.Message, StringComparison.Ordinal);
    }
}
