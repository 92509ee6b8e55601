using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Scenes;

namespace AttentionEngine.Simulation.Acoustics;

/// <summary>Sound that reaches the head from one direction after one or more reflections.</summary>
/// <param name="DirectionRoom">Unit vector from the head, ROOM.</param>
/// <param name="Response">Impulse response from a source (unit pressure at 1 m) to the head's centre, samples.</param>
public sealed record Wavefront(Vector3D DirectionRoom, float[] Response);

/// <summary>
/// Reflections of a shoebox room by the image method (Allen &amp; Berkley 1979), one reflection factor for all walls. The factor starts
/// from Eyring's formula and is then calibrated so that the decay of the images' energy (Schroeder integration, −5 to −25 dB, times
/// three) is the wanted reverberation time. First and second reflections keep their own directions; later ones are gathered in 64.
/// </summary>
public sealed class ImageSourceRoom
{
    private const int Directions = 64, OwnDirectionOrder = 2;
    private const double JitterM = 0.04; // breaks the sweeping echoes of a perfectly regular room
    private readonly ShoeboxRoom _room;
    private readonly double _rateHz;

    private readonly record struct Image(Vector3D OffsetM, double DistanceM, int Order);

    public ImageSourceRoom(ShoeboxRoom room, double rateHz)
    {
        _room = room;
        _rateHz = rateHz;
        ReachS = Reach(room); // by then the decay is beyond −60 dB
    }

    /// <summary>Image sources that a room needs, about: more than <see cref="MostImages"/> do not fit in memory and time.</summary>
    public static double ImageCount(ShoeboxRoom room)
    {
        double reachM = Reach(room) * SoundSpeed.Default;
        return 4 * Math.PI / 3 * reachM * reachM * reachM / (room.SizeM.X * room.SizeM.Y * room.SizeM.Z);
    }

    public const double MostImages = 6e6;

    private static double Reach(ShoeboxRoom room) => 1.15 * room.Rt60S + 0.02;

    /// <summary>Length of the responses, seconds.</summary>
    public double ReachS { get; }

    /// <summary>All reflections (without the direct sound).</summary>
    /// <param name="random">Draws the jitter of the images' distances.</param>
    public IReadOnlyList<Wavefront> Reflections(Vector3D sourceRoomM, Vector3D headRoomM, SeededRandom random)
    {
        var images = Images(sourceRoomM, headRoomM);
        double reflection = Calibrate(images);
        var grid = SphereDirections.Fibonacci(Directions);
        int length = (int)(ReachS * _rateHz) + FractionalDelay.Taps;
        var gathered = new float[Directions][];
        var wavefronts = new List<Wavefront>();
        foreach (var image in images)
        {
            if (image.Order == 0) continue;
            bool own = image.Order <= OwnDirectionOrder;
            double distanceM = own ? image.DistanceM : image.DistanceM + random.Uniform(-JitterM, JitterM);
            double amplitude = Math.Pow(reflection, image.Order) / distanceM;
            var direction = (1 / image.DistanceM) * image.OffsetM;
            float[] response;
            if (own) wavefronts.Add(new Wavefront(direction, response = new float[length]));
            else response = gathered[SphereDirections.Nearest(grid, direction)] ??= new float[length];
            FractionalDelay.AddImpulse(response, distanceM / SoundSpeed.Default * _rateHz, amplitude);
        }
        for (int g = 0; g < Directions; g++)
            if (gathered[g] is { } response) wavefronts.Add(new Wavefront(grid[g], response));
        return wavefronts;
    }

    private List<Image> Images(Vector3D source, Vector3D head)
    {
        double reachM = ReachS * SoundSpeed.Default;
        var images = new List<Image>();
        var (nx, ny, nz) = (Count(_room.SizeM.X), Count(_room.SizeM.Y), Count(_room.SizeM.Z));
        for (int x = -nx; x <= nx; x++)
        {
            for (int y = -ny; y <= ny; y++)
            {
                for (int z = -nz; z <= nz; z++)
                {
                    for (int mirror = 0; mirror < 8; mirror++)
                    {
                        int u = mirror & 1, v = (mirror >> 1) & 1, w = mirror >> 2;
                        var offset = new Vector3D(Place(source.X, u, x, _room.SizeM.X), Place(source.Y, v, y, _room.SizeM.Y), Place(source.Z, w, z, _room.SizeM.Z)) - head;
                        double distanceM = offset.Norm;
                        if (distanceM < reachM) images.Add(new Image(offset, distanceM, Math.Abs(2 * x - u) + Math.Abs(2 * y - v) + Math.Abs(2 * z - w)));
                    }
                }
            }
        }
        return images;
        int Count(double sizeM) => (int)Math.Ceiling(reachM / (2 * sizeM));
        static double Place(double at, int mirrored, int period, double sizeM) => (mirrored == 1 ? -at : at) + 2 * period * sizeM;
    }

    /// <summary>Pressure reflection factor with which the images' energy decays as wanted.</summary>
    private double Calibrate(List<Image> images)
    {
        double volume = _room.SizeM.X * _room.SizeM.Y * _room.SizeM.Z;
        double surface = 2 * (_room.SizeM.X * _room.SizeM.Y + _room.SizeM.X * _room.SizeM.Z + _room.SizeM.Y * _room.SizeM.Z);
        double eyring = Math.Exp(-12 * Math.Log(10) * volume / (SoundSpeed.Default * surface * _room.Rt60S));
        double low = eyring * eyring, high = Math.Sqrt(eyring);
        for (int i = 0; i < 24; i++)
        {
            double middle = 0.5 * (low + high);
            if (DecayS(images, middle) < _room.Rt60S) low = middle; else high = middle;
        }
        return 0.5 * (low + high);
    }

    private double DecayS(List<Image> images, double reflection)
    {
        const double step = 1e-3;
        var energy = new double[(int)(ReachS / step) + 2];
        Span<double> factor = stackalloc double[256];
        for (int i = 0; i < factor.Length; i++) factor[i] = Math.Pow(reflection, 2 * i);
        foreach (var image in images)
            energy[(int)(image.DistanceM / SoundSpeed.Default / step)] += factor[Math.Min(image.Order, factor.Length - 1)] / (image.DistanceM * image.DistanceM);
        return SchroederDecay.Rt60S(energy, 1 / step);
    }
}
