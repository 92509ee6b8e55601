using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.Decoding;

public class MapsOfParticipantTests
{
    private const double RateHz = 64;
    private const int Late = 6;

    /// <summary>Pz carries twice, Oz once the attended envelope six samples late, Fz the other talker's; all with noise.</summary>
    internal static EegParticipant Made(int trials)
    {
        var random = new SeededRandom(8);
        string[] names = ["Fz", "Cz", "Pz", "Oz", "C3", "C4", "P3", "P4"];
        return new EegParticipant
        {
            Id = "P1", RateHz = RateHz, Channels = [.. names.Select(n => new EegChannel(n, EegChannelType.Eeg))],
            Trials = [.. Enumerable.Range(0, trials).Select(t =>
            {
                int samples = 64 * 20 + t, attended = t % 2;
                double[][] envelopes = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, samples).Select(_ => 5 + 3 * random.Normal()).ToArray())];
                double[] eeg = [.. Enumerable.Range(0, samples * 8).Select(i =>
                {
                    int n = i / 8 - Late;
                    double a = n < 0 ? 0 : (envelopes[attended][n] - 5) / 3, u = n < 0 ? 0 : (envelopes[1 - attended][n] - 5) / 3;
                    return random.Normal() + (i % 8) switch { 0 => u, 2 => 2 * a, 3 => a, _ => 0 };
                })];
                return new EegTrial { Id = $"{t}", Eeg = eeg, Envelopes = envelopes, AttendedIndex = attended };
            })],
        };
    }

    [Fact]
    public void Responses_and_patterns_stand_where_and_when_the_brain_answers()
    {
        var job = new DecodingJob { Permutations = 0, WindowsS = [5] };
        var algebra = DenseAlgebra.Open(_ => { });
        var participant = Made(4);
        var maps = MapsOfParticipant.AddTo(algebra, participant, job, AttentionDecoding.Run(algebra, participant, job)).Maps!;
        int At(double[] lags) => Array.FindIndex(lags, l => Math.Abs(l - Late / RateHz) < 1e-9);
        int trf = At(maps.TrfLagS), pattern = At(maps.PatternLagS);
        Assert.Equal(-7 / RateHz, maps.TrfLagS[0], 1e-9);
        // 2, 1 and 1, less what ridge takes (λ is the best over all channels, most of which are noise).
        double kept = 1 / (1 + maps.TrfLambda);
        Assert.Equal(2 * kept, maps.Attended[trf][2], 0.06);
        Assert.Equal(kept, maps.Attended[trf][3], 0.06);
        Assert.Equal(kept, maps.Unattended[trf][0], 0.06);
        Assert.InRange(maps.TrfLambda, 1e-6, 0.4);
        for (int l = 0; l < maps.TrfLagS.Length; l++)
            for (int c = 0; c < 8; c++)
                if (l != trf || c is not (2 or 3)) Assert.InRange(maps.Attended[l][c], -0.12, 0.12);
        Assert.Equal(maps.Pattern.Max(r => r.Max()), maps.Pattern[pattern][2]);
        Assert.InRange(maps.Pattern[pattern][3] / maps.Pattern[pattern][2], 0.35, 0.65);
        Assert.All(maps.Directions, d => Assert.Equal(1, Math.Sqrt(d.Sum(v => v * v)), 1e-5));
        Assert.InRange(maps.TrfCorrelation, 0.15, 0.25); // 2/√5 and 1/√2 in two of eight channels
    }
}
