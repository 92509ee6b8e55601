using System.Numerics;
using AttentionEngine.Core.Eeg;

namespace AttentionEngine.Tests.Core.Eeg;

public class StandardMontageTests
{
    private static Vector3 At(string name) => StandardMontage.PositionM(name) ?? throw new Xunit.Sdk.XunitException($"{name} has no position");

    [Fact]
    public void The_cardinal_points_lie_where_the_system_puts_them()
    {
        Assert.Equal(StandardMontage.RadiusM, At("Cz").Z, 1e-6f);
        Assert.True(At("Fpz").X > 0.089f && At("Oz").X < -0.089f && At("T7").Y > 0.089f && At("T8").Y < -0.089f);
        // The azimuths and inclinations of BioSemi's cap, to a degree and a half: F3 −60 / −51, P4 60 / 51 from Cz, C3 −46 / 0.
        foreach (var (name, inclinationDeg, fromFrontDeg) in new[] { ("Fz", 46.0, 0.0), ("C3", 46, 90), ("F3", 60, 39), ("P4", 60, -141), ("PO7", 92, 144), ("O2", 92, -162), ("FC1", 32, 45) })
        {
            var at = Vector3.Normalize(At(name));
            Assert.InRange(Math.Acos(at.Z) * 180 / Math.PI, inclinationDeg - 1.5, inclinationDeg + 1.5);
            Assert.InRange(Math.Atan2(at.Y, at.X) * 180 / Math.PI, fromFrontDeg - 1.5, fromFrontDeg + 1.5);
        }
    }

    [Fact]
    public void Every_channel_of_a_64_channel_cap_has_its_own_place_on_the_sphere_and_a_mirror_image()
    {
        Assert.Equal(64, StandardMontage.BioSemi64.Distinct().Count());
        Assert.Equal("Cz", StandardMontage.BioSemi64[47]);
        Vector3[] places = [.. StandardMontage.BioSemi64.Select(At)];
        Assert.All(places, p => Assert.Equal(StandardMontage.RadiusM, p.Length(), 1e-5f));
        for (int i = 0; i < 64; i++)
            for (int j = 0; j < i; j++) Assert.True(Vector3.Distance(places[i], places[j]) > 0.012f, $"{StandardMontage.BioSemi64[i]} and {StandardMontage.BioSemi64[j]}");
        Assert.Equal(At("F5") with { Y = -At("F5").Y }, At("F6"));
    }

    [Fact]
    public void Finer_and_older_names_are_known_and_others_are_not()
    {
        Assert.Equal(At("T7"), At("T3"));
        Assert.Equal(At("P8"), At("t6"));
        // FCC3h lies between FC3, FC1, C3 and C1.
        var middle = (At("FC3") + At("FC1") + At("C3") + At("C1")) / 4;
        Assert.InRange(Vector3.Distance(At("FCC3h"), middle), 0, 0.004f);
        Assert.True(At("TP9").Z < At("TP7").Z && At("Iz").Z < At("Oz").Z);
        foreach (string other in new[] { "1", "EXG3", "A12", "Status", "", "C0", "Q3", "Fz2" }) Assert.Null(StandardMontage.PositionM(other));
    }
}
