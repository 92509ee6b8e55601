using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Tests.Simulation.Render;

public class BeamModelTests
{
    private const double Seconds = 20;

    [Fact]
    public void Same_seed_same_beams_and_another_seed_others()
    {
        var senses = Senses("rigs/sim-conversations.yaml");
        var a = BeamModel.Render(senses.Scene, senses.Signals, new SeededRandom(3));
        var b = BeamModel.Render(senses.Scene, senses.Signals, new SeededRandom(3));
        var c = BeamModel.Render(senses.Scene, senses.Signals, new SeededRandom(4));
        for (int k = 0; k < a.Length; k++) Assert.Equal(a[k], b[k]);
        Assert.NotEqual(a[0], c[0]);
        Assert.All(a, beam => Assert.DoesNotContain(beam, x => !float.IsFinite(x)));
        Assert.All(a, beam => Assert.Equal(senses.Signals.Samples, beam.Length));
    }

    [Theory]
    [InlineData("rigs/sim-conversations.yaml", -35, -15)] // rendered and separated: −17 to −34 dB, mean −25
    [InlineData("rigs/sim-room.yaml", -27, -7)]           // −5 to −28 dB, mean −17
    public void A_talker_alone_leaks_into_the_other_beams_as_in_rendered_sessions(string file, double leastDb, double mostDb)
    {
        var senses = Senses(file);
        var beams = BeamModel.Render(senses.Scene, senses.Signals, new SeededRandom(8));
        double rateHz = senses.Signals.RateHz;
        var leaks = new List<double>();
        for (int j = 0; j < beams.Length; j++)
        {
            var powers = new double[beams.Length];
            for (double t = 1; t < Seconds - 0.1; t += 0.1)
            {
                // Only j has spoken in the last half second, so that no tail of another is left.
                if (!Enumerable.Range(0, beams.Length).All(k => senses.Signals.Activity.Any(a => a.Talker == k && a.StartS < t + 0.1 && a.EndS > t - 0.5) == (k == j))) continue;
                for (int k = 0; k < beams.Length; k++)
                    foreach (float x in beams[k].AsSpan((int)(t * rateHz), (int)(0.1 * rateHz))) powers[k] += x * x;
            }
            if (powers[j] > 0) leaks.AddRange(Enumerable.Range(0, beams.Length).Where(k => k != j).Select(k => 10 * Math.Log10(powers[k] / powers[j])));
        }
        Assert.NotEmpty(leaks);
        Assert.InRange(leaks.Average(), leastDb, mostDb);
    }

    private static SimulatedSenses Senses(string file) => SimulatedSenses.Render(SceneReader.Read(Repository.PathOf(file)), 12, Seconds);
}
