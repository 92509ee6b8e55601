using System.Numerics;
using AttentionEngine.Core.Acoustics.Sofa;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Separation.ArrayDesign;
using AttentionEngine.Tests.Core.Acoustics.Sofa;

namespace AttentionEngine.Tests.Separation.ArrayDesign;

/// <summary>The figures of an array against closed forms.</summary>
public sealed class ArrayDesignerTests
{
    private const double RateHz = 16000, C = 343;
    private static readonly AudioPathSettings Long = new(2, 32, 16, -12, "pass", -1);

    /// <summary>A line along x (front), so that azimuth 0 is endfire and 90 broadside.</summary>
    private static MicrophoneArray Line(int count, double spacingM) =>
        new(HeadModelKind.FreeField, 0, RateHz, [.. Enumerable.Range(0, count).Select(i => new Microphone($"m{i}", new Vector3D(((count - 1) / 2.0 - i) * spacingM, 0, 0)))], 0, 0);

    private static ArrayDesignOptions Options(params double[] directionsDeg) => new(directionsDeg, ["delay-and-sum"], [], [1000], 1, 0, 1);

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x) / x;

    [Fact]
    public void The_isotropic_field_in_free_field_is_the_sinc_of_the_distance()
    {
        var array = Line(5, 0.05);
        var field = new ArrayField(array, [100, 1000, 7000]);
        for (int f = 0; f < 3; f++)
            for (int i = 0; i < 5; i++)
                for (int j = 0; j < 5; j++)
                    Assert.True((field.Isotropic[f][i * 5 + j] - Sinc(2 * Math.PI * field.FrequenciesHz[f] / C * 0.05 * Math.Abs(i - j))).Magnitude < 1e-10);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Delay_and_sum_has_a_white_noise_gain_of_the_number_of_microphones(int count)
    {
        var result = ArrayDesigner.Run(Line(count, 0.03), Long, Options(0, 37, 90));
        foreach (var beam in result.Beams)
            for (int f = 0; f < result.FrequenciesHz.Count; f++)
            {
                Assert.Equal(10 * Math.Log10(count), beam.WhiteNoiseGainDb[f], 0.02);
                if (result.FrequenciesHz[f] > 150) Assert.Equal(0, beam.LookGainDb[f], 0.1);
            }
    }

    /// <summary>Delay and sum: directivity 1 / (1/M² Σ_ij cos(k(x_i − x_j) cos θ) sinc(k d_ij)).</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    public void Delay_and_sum_of_a_line_has_the_directivity_of_its_closed_form(double directionDeg)
    {
        const int count = 4;
        const double spacingM = 0.03;
        var result = ArrayDesigner.Run(Line(count, spacingM), Long, Options(directionDeg));
        for (int f = 0; f < result.FrequenciesHz.Count; f++)
        {
            double k = 2 * Math.PI * result.FrequenciesHz[f] / C, sum = 0;
            for (int i = 0; i < count; i++)
                for (int j = 0; j < count; j++) sum += Math.Cos(k * spacingM * (i - j) * Math.Cos(directionDeg * Math.PI / 180)) * Sinc(k * spacingM * Math.Abs(i - j)) / count / count;
            Assert.Equal(-10 * Math.Log10(sum), result.Beams[0].DirectivityIndexDb[f], 0.05);
        }
    }

    /// <summary>Uzkov 1946: the directivity of M microphones in a line at endfire tends to M² as their distance tends to 0.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_limit_of_directivity_at_endfire_tends_to_the_square_of_the_number_of_microphones(int count)
    {
        double[] limitDb = new ArrayField(Line(count, 0.03), [100]).DirectivityLimitDb(Vector3D.Front);
        Assert.Equal(20 * Math.Log10(count), limitDb[0], 0.05);
    }

    [Fact]
    public void Superdirective_trades_white_noise_gain_for_directivity_and_stays_below_the_limit()
    {
        var result = ArrayDesigner.Run(Line(4, 0.03), Long, Options(0) with { Backends = ["pass", "delay-and-sum", "superdirective"] });
        var (pass, sum, super) = (result.Beams[0], result.Beams[1], result.Beams[2]);
        for (int f = 0; f < result.FrequenciesHz.Count; f++)
        {
            Assert.Equal(0, pass.DirectivityIndexDb[f], 1e-6); // one microphone in free field
            Assert.Equal(0, pass.WhiteNoiseGainDb[f], 1e-6);
            Assert.True(super.DirectivityIndexDb[f] <= result.DirectivityLimitDb[0][f] + 1e-6);
            Assert.True(super.DirectivityIndexDb[f] >= sum.DirectivityIndexDb[f] - 0.02);
            Assert.True(super.WhiteNoiseGainDb[f] <= 10 * Math.Log10(4) + 1e-3); // delay and sum has the most
        }
        int at = result.FrequenciesHz.ToList().FindIndex(f => f > 990);
        Assert.True(super.DirectivityIndexDb[at] > sum.DirectivityIndexDb[at] + 3);
        Assert.True(super.Patterns[0].BeamwidthDeg < sum.Patterns[0].BeamwidthDeg);
    }

    [Fact]
    public void Lcmv_puts_a_null_on_the_other_talker_and_mvdr_a_softer_one()
    {
        var array = RigReader.Read(Repository.PathOf("rigs/bte-2x2.yaml")).Array;
        var result = ArrayDesigner.Run(array, Long, Options(30) with { Backends = ["superdirective", "mvdr", "lcmv"], InterferersDeg = [-60] });
        double[] other = [.. result.Beams.Select(b => b.Patterns[0].GainDb[(180 - 60) / 3])];
        Assert.True(other[2] < -25 && other[1] < other[0] && other[2] < other[1], string.Join(", ", other));
        Assert.All(result.Beams, b => Assert.Equal(0, b.Patterns[0].GainDb[(180 + 30) / 3], 1e-9)); // relative to the look direction
        Assert.Equal([-60], result.Beams[2].InterferersDeg);
    }

    /// <summary>Mean power of delay and sum with independent phase errors of variance s²: e^{−s²} + (1 − e^{−s²})/M.</summary>
    [Fact]
    public void Position_errors_cost_delay_and_sum_what_the_closed_form_says()
    {
        const int count = 4, draws = 20000;
        const double sdM = 0.004, frequencyHz = 4000;
        var random = new SeededRandom(3);
        var (a, moved) = (new Complex[count], new Vector3D[count]);
        double power = 0;
        for (int d = 0; d < draws; d++)
        {
            Array.Fill(a, Complex.One);
            for (int m = 0; m < count; m++) moved[m] = new Vector3D(random.Normal(0, sdM), random.Normal(0, sdM), random.Normal(0, sdM));
            ArrayField.Displace(a, frequencyHz, Vector3D.Front, moved);
            Complex sum = 0;
            foreach (var value in a) sum += value / count;
            power += (sum.Magnitude * sum.Magnitude) / draws;
        }
        double s2 = Math.Pow(2 * Math.PI * frequencyHz / C * sdM, 2);
        Assert.Equal(Math.Exp(-s2) + (1 - Math.Exp(-s2)) / count, power, 0.003);
    }

    [Fact]
    public void Position_errors_hurt_a_superdirective_beam_more_and_the_seed_decides_the_draw()
    {
        var options = Options(0) with { Backends = ["delay-and-sum", "superdirective"], Trials = 15, PositionErrorMm = 1 };
        var result = ArrayDesigner.Run(Line(3, 0.015), Long, options);
        double Loss(int beam, int f) => result.Beams[beam].DirectivityIndexDb[f] - result.Beams[beam].Sensitivity!.DirectivityIndexLowDb[f];
        int at = result.FrequenciesHz.ToList().FindIndex(f => f > 490);
        Assert.True(Loss(1, at) > Loss(0, at) + 0.1, $"{Loss(1, at)} against {Loss(0, at)} dB");
        Assert.Equal(result.Beams[1].Sensitivity!.DirectivityIndexLowDb, ArrayDesigner.Run(Line(3, 0.015), Long, options).Beams[1].Sensitivity!.DirectivityIndexLowDb);
        Assert.NotEqual(result.Beams[1].Sensitivity!.DirectivityIndexLowDb, ArrayDesigner.Run(Line(3, 0.015), Long, options with { Seed = 2 }).Beams[1].Sensitivity!.DirectivityIndexLowDb);
        var exact = ArrayDesigner.Run(Line(3, 0.015), Long, options with { PositionErrorMm = 0, Trials = 2 });
        Assert.Equal(exact.Beams[1].DirectivityIndexDb[at], exact.Beams[1].Sensitivity!.DirectivityIndexLowDb[at], 1e-9);
        Assert.Equal(0, exact.Beams[1].Sensitivity!.LookGainLowDb[at], 1e-9);
    }

    /// <summary>A line of microphones steered to its broadside hears a talker at angle δ with |sin(Mψ/2) / (M sin(ψ/2))|, ψ = kd sin δ.</summary>
    [Fact]
    public void A_talker_beside_the_beam_loses_what_the_closed_form_says_and_a_far_one_nothing()
    {
        const int count = 4;
        const double spacingM = 0.04;
        var beam = ArrayDesigner.Run(Line(count, spacingM), Long, Options(90)).Beams[0];
        var field = new ArrayField(Line(count, spacingM), [1000, 3000]);
        var frequencies = ArrayDesigner.Run(Line(count, spacingM), Long, Options(90)).FrequenciesHz;
        foreach (var talker in beam.Angles)
            for (int f = 0; f < frequencies.Count; f++)
            {
                if (frequencies[f] < 300) continue;
                double psi = 2 * Math.PI * frequencies[f] / C * spacingM * Math.Sin(talker.At * Math.PI / 180);
                Assert.Equal(20 * Math.Log10(Math.Abs(Math.Sin(count * psi / 2) / (count * Math.Sin(psi / 2)))), talker.GainDb[f], 0.15);
            }
        Assert.Equal([0.3, 0.5, 1, 2], beam.Distances.Select(d => d.At));
        Complex[] far = field.Steering(Vector3D.Front), near = field.NearSteering(Vector3D.Front, 1e4)!;
        for (int i = 0; i < far.Length; i++) Assert.True((far[i] - near[i]).Magnitude < 1e-3, $"{far[i]} and {near[i]}");
    }

    /// <summary>Filters of the sphere's model in the field of a measured file that was written from the same sphere: nearly the same figures.</summary>
    [Fact]
    public void Filters_can_be_judged_in_a_measured_field()
    {
        var sphere = RigReader.Read(Repository.PathOf("rigs/bte-2x2.yaml")).Array;
        sphere = sphere with { SphereRadiusM = SofaSample.RadiusM, Microphones = [.. sphere.Microphones.Select(m => m with { PositionHeadM = 0.083 * m.PositionHeadM.Normalized() })] };
        using var folder = new TempFolder();
        new SofaSample { Receivers = [.. sphere.Microphones.Select(m => m.PositionHeadM)], LowestElevationDeg = -80 }.Write(folder.File("x.sofa"));
        var measured = sphere with { HeadModel = HeadModelKind.Measured, SphereRadiusM = 0, Measured = SofaFile.Read(folder.File("x.sofa")), Microphones = [.. sphere.Microphones.Select((m, i) => m with { Receiver = i })] };
        var options = Options(30) with { Backends = ["superdirective"], Trials = 0 };
        var own = ArrayDesigner.Run(sphere, Long, options);
        var other = ArrayDesigner.Run(sphere, Long, options, measured);
        Assert.Equal(own.Beams[0].Filters, other.Beams[0].Filters);
        for (int f = 0; f < own.FrequenciesHz.Count; f++)
            if (own.FrequenciesHz[f] is > 400 and < 5000) Assert.Equal(own.Beams[0].DirectivityIndexDb[f], other.Beams[0].DirectivityIndexDb[f], 0.5);
        Assert.Empty(other.Beams[0].Distances);
        Assert.Contains("the same microphones", Assert.Throws<ConfigurationException>(() => ArrayDesigner.Run(Line(2, 0.01), Long, Options(0), sphere)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_back_end_that_needs_sound_is_refused()
    {
        var e = Assert.Throws<ConfigurationException>(() => ArrayDesigner.Run(Line(2, 0.01), Long, Options(0) with { Backends = ["mwf"] }));
        Assert.Contains("cannot be designed from an array alone", e.Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => ArrayDesigner.Run(Line(2, 0.01), Long, Options(0) with { PatternHz = [9000] }));
    }
}
