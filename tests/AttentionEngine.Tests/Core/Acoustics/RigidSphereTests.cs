using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Tests.Core.Acoustics;

public class RigidSphereTests
{
    private const double RadiusM = 0.083;
    private readonly RigidSphere _sphere = new(RadiusM);

    // Computed with SciPy's spherical Bessel and Legendre functions (40 orders), radius 0.083 m, 343 m/s.
    [Theory]
    [InlineData(0, 312.5, 0.7914440363754519, 0.7243332157639768)]
    [InlineData(30, 2000, -1.6433602370970795, 0.4637618762090459)]
    [InlineData(100, 6250, -0.13319071017673964, -1.1130923495106047)]
    [InlineData(180, 7812.5, 0.928432788234, -0.37913108315500726)]
    [InlineData(90, 4000, 1.2892126107262907, 0.12454782811492204)]
    public void Plane_wave_on_the_surface_equals_the_reference(double angleDeg, double frequencyHz, double re, double im)
    {
        var value = _sphere.At(frequencyHz, Math.Cos(Angles.ToRadians(angleDeg)));
        Assert.Equal(re, value.Real, 1e-9);
        Assert.Equal(im, value.Imaginary, 1e-9);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(3000)]
    [InlineData(7900)]
    public void General_radius_joins_the_surface_and_a_far_source_is_a_plane_wave(double frequencyHz)
    {
        for (double angleDeg = 0; angleDeg <= 180; angleDeg += 45)
        {
            double cosine = Math.Cos(Angles.ToRadians(angleDeg));
            var surface = _sphere.At(frequencyHz, cosine);
            Assert.True(Complex.Abs(surface - _sphere.At(frequencyHz, cosine, RadiusM + 1e-9)) < 1e-6);
            Assert.True(Complex.Abs(surface - _sphere.At(frequencyHz, cosine, 0, 1e4)) < 1e-4, $"{angleDeg} {surface} {_sphere.At(frequencyHz, cosine, 0, 1e4)}");
        }
    }

    [Fact]
    public void Low_frequencies_see_no_sphere_and_a_tiny_sphere_is_free_field()
    {
        Assert.True(Complex.Abs(_sphere.At(0, 0.3) - 1) < 1e-3);
        var tiny = new RigidSphere(1e-4);
        double phase = 2 * Math.PI * 4000 / 343 * 0.1 * 0.5, exact = Math.Cos(phase);
        Assert.Equal(exact, tiny.At(4000, 0.5, 0.1).Real, 1e-4);
        // Point source at 1 m, microphone at 0.1 m on the line towards it: 1/0.9 of the level at the centre, 0.1 m early.
        var near = tiny.At(1000, 1, 0.1, 1);
        Assert.Equal(1 / 0.9, near.Magnitude, 1e-3);
        Assert.Equal(2 * Math.PI * 1000 / 343 * 0.1, near.Phase, 1e-3);
    }

    [Fact]
    public void A_source_inside_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => _sphere.At(1000, 1, 0, 0.05));

    [Theory]
    [InlineData(HeadModelKind.RigidSphere)]
    [InlineData(HeadModelKind.FreeField)]
    public void Steering_vectors_interpolate_the_exact_field_and_the_left_hears_the_left_first(HeadModelKind head)
    {
        var array = new MicrophoneArray(head, head == HeadModelKind.RigidSphere ? RadiusM : 0, 16000,
            [new("left", new Vector3D(0, RadiusM, 0)), new("right", new Vector3D(0, -RadiusM, 0))], 0, 1);
        var vectors = new SteeringVectors(array, 256);
        var h = new Complex[vectors.Bins * 2];
        for (double azimuthDeg = 3.3; azimuthDeg < 90; azimuthDeg += 17)
        {
            var direction = Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthDeg), 0.2);
            vectors.Fill(direction, h);
            for (int b = 0; b < vectors.Bins; b += 16)
            {
                double f = b * 16000.0 / 256, cosine = direction.Dot(new Vector3D(0, 1, 0));
                var exact = head == HeadModelKind.RigidSphere ? _sphere.At(f, cosine) : Complex.FromPolarCoordinates(1, 2 * Math.PI * f / 343 * RadiusM * cosine);
                Assert.True(Complex.Abs(exact - h[2 * b]) < 1.8e-3 * Math.Max(1, exact.Magnitude), $"{azimuthDeg} deg, {f} Hz: {h[2 * b]} against {exact}");
            }
            Assert.True((h[2 * 8] / h[2 * 8 + 1]).Phase > 0); // 500 Hz: left leads
        }
        var table = new SteeringTable(vectors, SteeringTable.Horizontal(5));
        Assert.Equal(72, table.Directions.Count);
        vectors.Fill(table.Directions[40], h);
        Assert.Equal((float)h[21].Real, table.Re(40)[21]);
        Assert.Equal((float)h[21].Imaginary, table.Im(40)[21]);
    }
}
