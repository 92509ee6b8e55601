using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;
using AttentionEngine.Separation.Safety;

namespace AttentionEngine.Tests.Separation.Safety;

public class EarProtectionTests
{
    private const int M = 4, Rate = 16000;

    // Full scale is 110 dB SPL: the cap of 100 less the margin of 4 is −14 dB, the long-term limit −30 dB.
    private static readonly RigOutput Output = new(110, "2026-11-01");

    private static AudioPath Path(double budgetPa2H = 1.6, RigOutput? output = null) =>
        new(SeparationFixture.Array, SeparationFixture.Settings(), 2, ears: new EarProtection(output ?? Output, budgetPa2H));

    // [2 × frames] of a signal that is the same at all microphones.
    private static float[] Play(AudioPath path, int frames, Func<int, float> signal, Action<int>? atBlock = null)
    {
        var result = new float[2 * frames];
        float[] x = new float[M * 160], y = new float[2 * 160];
        for (int at = 0; at < frames; at += 160)
        {
            atBlock?.Invoke(at);
            for (int m = 0; m < M; m++)
                for (int i = 0; i < 160; i++) x[m * 160 + i] = signal(at + i);
            path.Process(x, y, []);
            for (int e = 0; e < 2; e++) System.Array.Copy(y, e * 160, result, e * frames + at, 160);
        }
        return result;
    }

    private static Func<int, float> Tone(double hz, double amplitude) => i => (float)(amplitude * Math.Sin(2 * Math.PI * hz * i / Rate));

    [Fact]
    public void The_cap_in_db_spl_holds_with_its_margin_for_full_scale_sound()
    {
        using var path = Path();
        float[] noise = SeparationFixture.Noise(Rate, 3, 2);
        float[] heard = Play(path, Rate, i => noise[i]);
        double peakDbSpl = 20 * Math.Log10(heard.Max(Math.Abs)) + Output.FullScaleDbSpl;
        Assert.InRange(peakDbSpl, 90, 100 - EarProtection.TruePeakMarginDb + 1e-4);
        Assert.True(path.ReadStatus().LimitedSamples > 1000);
    }

    [Fact]
    public void Loud_sound_is_turned_down_to_80_dba_and_counted_as_that_dose()
    {
        using var path = Path();
        var protection = new EarProtection(Output, 1.6);
        Func<int, float> chord = i => Tone(900, 0.1)(i) + Tone(1130, 0.1)(i); // 90 dBA; a lone tone so loud would be taken for a howl
        Play(path, 60 * Rate, chord);
        var first = path.ReadSafety();
        Play(path, 60 * Rate, chord);
        var last = path.ReadSafety();
        Assert.Equal(80, protection.LevelDba(last.Dose - first.Dose, 60), 0.2);
        Assert.Equal(0.04 / 60, protection.DosePa2H(last.Dose - first.Dose), 0.04 / 60 * 0.05); // 80 dBA is 0.04 Pa²
        Assert.Equal(1.6, EarProtection.WeekPa2H(Output), 1e-9);
        Assert.Equal(AudioFaults.Control, last.Faults);
    }

    [Fact]
    public void A_used_up_dose_silences_and_a_restart_alone_does_not_forget_it()
    {
        using var path = Path(budgetPa2H: 0.04 / 3600 * 2); // two seconds at 80 dBA
        float[] heard = Play(path, 3 * Rate, Tone(1000, 0.044721)); // 80 dBA
        Assert.True(path.ReadSafety().Faults.HasFlag(AudioFaults.Dose));
        Assert.Contains(heard.AsSpan(Rate, 100).ToArray(), v => v != 0);
        Assert.All(heard.AsSpan((int)(2.2 * Rate), Rate / 2).ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Steering_outlives_200_ms_without_commands_and_pass_through_follows_at_the_hold()
    {
        using var path = Path();
        var gains = SeparationFixture.Gains(0, 0.25f); // ambient only: pass-through is four times as loud
        var weights = new BeamformerWeights(2, 2, M, path.Layout.Taps, new float[2 * 2 * M * path.Layout.Taps]) { Id = 1 };
        float[] heard = Play(path, Rate, _ => 0.01f, at =>
        {
            if (at == 0) Assert.True(path.PushGains(gains, -1));
            Assert.True(path.PushWeights(weights, -1)); // filters alone keep nothing alive
        });
        Assert.Equal(0.0025f, heard[Rate / 4], 1e-6f);
        Assert.Equal(0.0025f, heard[(int)(0.499 * Rate)], 1e-6f);
        Assert.Equal(0.01f, heard[(int)(0.53 * Rate)], 1e-6f);
        var faults = new List<(long, AudioFaults)>();
        while (path.TryReadTaken(out long id, out long sample, out var kind))
            if (kind == TakenKind.Fault) faults.Add((sample, (AudioFaults)id));
        Assert.Equal([(3200L, AudioFaults.Control)], faults);
    }

    [Fact]
    public void The_participants_stop_is_a_ramp_and_stays()
    {
        using var path = Path();
        float[] heard = Play(path, Rate, _ => 0.01f, at => { if (at == Rate / 2) path.Stop(); });
        Assert.Equal(0.01f, heard[Rate / 2 - 1], 1e-6f);
        Assert.All(heard.AsSpan(Rate / 2 + (int)(EarProtection.StopFadeMs * Rate / 1000), 4000).ToArray(), v => Assert.Equal(0, v));
        for (int i = Rate / 2; i < Rate / 2 + 320; i++) Assert.InRange(heard[i - 1] - heard[i], -1e-7, 0.01 * 1.51 / 320);
        Assert.Equal(AudioFaults.Stopped, path.ReadSafety().Faults & AudioFaults.Stopped);
        Assert.All(Play(path, 1600, _ => 0.01f), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Without_calibration_no_sound_goes_to_a_participant()
    {
        var rig = RigReader.Read(Repository.PathOf("rigs/sim-bte4.yaml"));
        var error = Assert.Throws<ConfigurationException>(() => EarProtection.Calibrated(rig));
        Assert.Contains("full_scale_db_spl", error.Message, StringComparison.Ordinal);
        Assert.Equal(100 - 4 - 110, new EarProtection(Output, 1).CeilingDbfs, 1e-9);
        Assert.Equal(0, new EarProtection(Output with { FullScaleDbSpl = 80 }, 1).CeilingDbfs);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarProtection(Output, 0));
    }
}
