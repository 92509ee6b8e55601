using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Tests.Core.Rigs;

/// <summary>The shipped arrays read, and hold the published numbers in our frame (x front, y left, z up).</summary>
public sealed class ShippedArrayTests
{
    private const double RoundingM = 1e-5; // rig files give hundredths of a millimetre

    [Theory]
    [InlineData("bte-2x2", 4)]
    [InlineData("bte-2x3", 6)]
    [InlineData("glasses-easycom", 4)]
    [InlineData("glasses-aria-gen1", 7)]
    [InlineData("glasses-aria-gen2", 7)]
    [InlineData("table-linear8", 8)]
    public void A_shipped_array_reads_and_hears_a_talker_on_the_left_first_at_its_left_reference(string name, int microphones)
    {
        var array = RigReader.Read(Repository.PathOf($"rigs/{name}.yaml")).Array;
        Assert.Equal(microphones, array.Count);
        const int fftSize = 512, bin = 8; // 250 Hz: less than half a wavelength across any of these arrays
        var vectors = new SteeringVectors(array, fftSize);
        var response = new Complex[vectors.Bins * array.Count];
        vectors.Fill(Vector3D.FromAzimuthElevation(Angles.ToRadians(90)), response);
        Complex left = response[bin * array.Count + array.LeftReference], right = response[bin * array.Count + array.RightReference];
        Assert.True((left / right).Phase > 0.1, $"{name}: the left reference is not ahead of the right one ({(left / right).Phase:F3} rad)");
    }

    /// <summary>Published: millimetres, x left, y up, z forward (EasyCom, microphones 1 and 4).</summary>
    [Theory]
    [InlineData("glasses-easycom", 0, 0.082, -0.005, -0.029)]
    [InlineData("glasses-easycom", 3, -0.083, -0.005, -0.060)]
    [InlineData("glasses-aria-gen1", 4, -0.05480, 0.01314, 0.01096)]
    [InlineData("glasses-aria-gen1", 5, 0.07232, 0.00827, -0.09496)]
    [InlineData("glasses-aria-gen2", 3, 0.04808, 0.01343, 0.01410)]
    [InlineData("glasses-aria-gen2", 6, -0.07587, 0.00855, -0.09430)]
    public void Published_glasses_positions_are_turned_into_our_frame(string name, int index, double leftM, double upM, double frontM)
    {
        var position = RigReader.Read(Repository.PathOf($"rigs/{name}.yaml")).Array.Microphones[index].PositionHeadM;
        Assert.True((position - new Vector3D(frontM, leftM, upM)).Norm < RoundingM, $"{name} microphone {index} is at {position}");
    }

    [Theory]
    [InlineData("bte-2x2", 10.0)]
    [InlineData("bte-2x3", 7.3, 7.6)]
    public void Behind_the_ear_microphones_lie_on_the_sphere_at_their_stated_steps(string name, params double[] stepsMm)
    {
        var array = RigReader.Read(Repository.PathOf($"rigs/{name}.yaml")).Array;
        Assert.All(array.Microphones, m => Assert.Equal(array.SphereRadiusM, m.PositionHeadM.Norm, RoundingM));
        foreach (string side in (string[])["left", "right"])
        {
            var row = array.Microphones.Where(m => m.Name.StartsWith(side, StringComparison.Ordinal)).ToList();
            for (int i = 0; i < stepsMm.Length; i++) // along the arc
                Assert.Equal(stepsMm[i], 1000 * array.SphereRadiusM * row[i].PositionHeadM.AngleTo(row[i + 1].PositionHeadM), 0.02);
        }
    }

    [Fact]
    public void The_table_array_is_a_line_of_equal_steps_from_left_to_right()
    {
        var microphones = RigReader.Read(Repository.PathOf("rigs/table-linear8.yaml")).Array.Microphones;
        for (int i = 1; i < microphones.Count; i++)
            Assert.True((microphones[i - 1].PositionHeadM - microphones[i].PositionHeadM - new Vector3D(0, 0.035, 0)).Norm < RoundingM);
        Assert.Equal(0, microphones.Average(m => m.PositionHeadM.Y), RoundingM);
    }
}
