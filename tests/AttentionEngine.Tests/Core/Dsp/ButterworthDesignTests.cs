using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Tests.Core.Dsp;

public class ButterworthDesignTests
{
    private static readonly int[] At = [0, 1, 2, 3, 5, 8, 13, 21];

    // Impulse responses of scipy.signal.butter(..., output='sos') 1.10.1 at the indices above.
    public static TheoryData<string, int, double, double, double, double[]> SciPy => new()
    {
        { "low", 4, 20, 0, 1000, [1.32937288987529e-05, 0.0001019858866959953, 0.00038685432364561514, 0.0009981576993088352, 0.0035118829933587364, 0.01060529097693126, 0.02755230812623669, 0.04700460484739032] },
        { "low", 3, 100, 0, 1000, [0.018098933007514435, 0.08615167910529405, 0.1845182564050834, 0.2459831390628053, 0.18033510093266764, -0.01029065785513819, -0.001490161875909865, -0.0011598870709509852] },
        { "high", 2, 0.5, 0, 64, [0.9658852897440703, -0.06702623115130701, -0.0646239166039961, -0.062232249767981404, -0.057499915320513344, -0.050591167378381, -0.0398009614235759, -0.02499259284387924] },
        { "high", 5, 200, 0, 1000, [0.10837370258748, -0.4350851685038143, 0.549496970258438, -0.07672550075247347, -0.017115954177779953, -0.04405097133159954, -0.008819130199325327, 0.00132880386118861] },
        { "band", 2, 1, 9, 64, [0.09763107293781742, 0.27426135168270105, 0.28063855822176886, 0.11093745237972394, -0.13135540723054853, -0.095578666926785, -0.04426514453230471, -0.00567501927637967] },
        { "band", 3, 5, 30, 128, [0.0931567926813981, 0.27027841009881937, 0.16625274988372854, -0.23883597116697627, -0.20063722146936677, -0.005739630607583562, 0.054815592889987136, -0.012619920493784777] },
        { "band", 1, 1, 30, 64, [0.8708252731360172, 0.07523392581327482, -0.21847748702440126, 0.036922176507472274, 0.013660203116612209, -0.0864914477946503, -0.012473000003610703, -0.009413148498222843] },
    };

    [Theory, MemberData(nameof(SciPy))]
    public void Impulse_response_is_scipys(string kind, int order, double f1, double f2, double rate, double[] expected)
    {
        var sections = kind switch
        {
            "low" => ButterworthDesign.LowPass(order, f1, rate),
            "high" => ButterworthDesign.HighPass(order, f1, rate),
            _ => ButterworthDesign.BandPass(order, f1, f2, rate),
        };
        var filter = new BiquadCascade(sections);
        var response = new double[24];
        for (int i = 0; i < response.Length; i++) response[i] = filter.Step(i == 0 ? 1 : 0);
        for (int i = 0; i < At.Length; i++) Assert.Equal(expected[i], response[At[i]], 1e-11);
    }

    [Fact]
    public void Group_delay_is_scipys()
    {
        // scipy.signal.group_delay of butter(2, [1, 9], 'band', fs=64).
        var sections = ButterworthDesign.BandPass(2, 1, 9, 64);
        Assert.Equal(0.09768044648, ButterworthDesign.GroupDelayS(sections, 2, 64), 1e-8);
        Assert.Equal(0.04456456604, ButterworthDesign.GroupDelayS(sections, 4, 64), 1e-8);
        Assert.Equal(1, ButterworthDesign.Response(ButterworthDesign.LowPass(4, 20, 1000), 0.001, 1000).Magnitude, 1e-6);
        Assert.Equal(Math.Sqrt(0.5), ButterworthDesign.Response(ButterworthDesign.LowPass(4, 20, 1000), 20, 1000).Magnitude, 1e-9);
    }

    [Theory]
    [InlineData(0, 10, 64)]
    [InlineData(2, 32, 64)]
    [InlineData(2, 0, 64)]
    public void Impossible_designs_are_refused(int order, double cutoff, double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ButterworthDesign.LowPass(order, cutoff, rate));

    [Fact]
    public void Settled_filter_makes_no_step()
    {
        var filter = new BiquadCascade(ButterworthDesign.LowPass(4, 20, 1000));
        filter.Settle(3.5);
        for (int i = 0; i < 50; i++) Assert.Equal(3.5, filter.Step(3.5), 1e-9);
        var bandPass = new BiquadCascade(ButterworthDesign.BandPass(2, 1, 9, 64));
        bandPass.Settle(-7000);
        for (int i = 0; i < 50; i++) Assert.Equal(0, bandPass.Step(-7000), 1e-6);
    }
}
