using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.Preprocessing;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Tests.Analysis.Preprocessing;

public class ArtefactWienerFilterTests
{
    private static readonly DenseAlgebra Algebra = DenseAlgebra.Open(_ => { });
    private static readonly string[] Names = ["Fp1", "Fp2", "F3", "Fz", "F4", "C3", "Cz", "C4", "P3", "Pz", "P4", "O1"];

    /// <summary>A blink of 300 ms every 3 s: strong in front, weak behind.</summary>
    private static EegDataset Blinks(double strength)
    {
        var data = BadDataTests.Scalp(6, 2, 64 * 60, Names, [new EegChannel("VEOG", EegChannelType.Eog)]);
        foreach (var trial in data.Participants[0].Trials)
            for (int n = 0; n < trial.Samples; n++)
            {
                double phase = n % 192 / 19.0, blink = phase < 1 ? strength * Math.Sin(Math.PI * phase) : 0;
                for (int c = 0; c < Names.Length; c++) trial.Eeg[n * 13 + c] += blink * (c < 2 ? 1 : c < 5 ? 0.5 : 0.15);
                trial.Eeg[n * 13 + 12] += 2 * blink;
            }
        return data;
    }

    [Theory, InlineData(0, false), InlineData(2, false), InlineData(2, true)]
    public void Blinks_go_and_the_brain_stays(int delays, bool causal)
    {
        double[] brain = Blinks(0).Participants[0].Trials[1].Eeg, seen = Blinks(100).Participants[0].Trials[1].Eeg;
        var result = ArtefactWienerFilter.Remove(Algebra, Blinks(100), delays, causal);
        double[] cleaned = result.Participants[0].Trials[1].Eeg;
        double Error(double[] x, Func<int, bool> where) => Enumerable.Range(0, 64 * 60).Where(where).Sum(n => Enumerable.Range(0, 12).Sum(c => Math.Pow(x[n * 13 + c] - brain[n * 13 + c], 2)));
        bool Blinking(int n) => n % 192 < 19;
        Assert.InRange(Error(cleaned, Blinking) / Error(seen, Blinking), 0, 0.05);
        double power = Enumerable.Range(0, 64 * 60).Where(n => !Blinking(n)).Sum(n => Enumerable.Range(0, 12).Sum(c => Math.Pow(brain[n * 13 + c], 2)));
        Assert.InRange(Error(cleaned, n => !Blinking(n)) / power, 0, 0.1);
        Assert.Contains("2 of 2 trials", result.Provenance[^1].Detail, StringComparison.Ordinal);
        Assert.Equal(seen[12], cleaned[12]); // the eye channel itself is left alone
    }

    [Fact]
    public void A_trial_with_too_few_artefacts_stays_and_is_said()
    {
        var data = BadDataTests.Scalp(6, 1, 64 * 20, Names);
        var result = ArtefactWienerFilter.Remove(Algebra, data, 0, false);
        Assert.Equal(data.Participants[0].Trials[0].Eeg, result.Participants[0].Trials[0].Eeg);
        Assert.Contains("1 of 1 trials have too few samples", result.Participants[0].Flags[0], StringComparison.Ordinal);
    }
}
