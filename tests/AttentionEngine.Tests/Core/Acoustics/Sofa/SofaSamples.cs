using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;
using PureHDF;

namespace AttentionEngine.Tests.Core.Acoustics.Sofa;

/// <summary>SOFA files in the layout of AES69, written from the exact field around a rigid sphere with two or more microphones.</summary>
internal sealed class SofaSample
{
    public const double RadiusM = 0.083;
    private const int Taps = 256, Shift = 64;

    public string Convention { get; set; } = "SimpleFreeFieldHRIR";
    public string DataType { get; set; } = "FIR";
    public double RateHz { get; set; } = 48000;
    public string CoordinateType { get; set; } = "spherical";
    public string Units { get; set; } = "degree, degree, metre";
    public string RateUnits { get; set; } = "hertz";

    /// <summary>Turns the listener's view by this much, the sources with it: directions in HEAD stay.</summary>
    public double ViewDeg { get; set; }
    public double StepDeg { get; set; } = 10;
    public double LowestElevationDeg { get; set; } = -60;
    public double HighestElevationDeg { get; set; } = 90;
    public double FirstAzimuthDeg { get; set; }
    public double LastAzimuthDeg { get; set; } = 359;
    public Vector3D[] Receivers { get; set; } = [new(0, RadiusM, 0), new(0, -RadiusM, 0)];
    public string? Omit { get; set; }
    public int ExtraRows { get; set; }

    public IReadOnlyList<Vector3D> Directions()
    {
        var result = new List<Vector3D>();
        for (double e = LowestElevationDeg; e <= HighestElevationDeg; e += StepDeg)
        {
            int count = e >= 90 ? 1 : Math.Max(1, (int)Math.Round(360 / StepDeg * Math.Cos(Angles.ToRadians(e))));
            for (int i = 0; i < count; i++)
                if (FirstAzimuthDeg + i * 360.0 / count <= LastAzimuthDeg) result.Add(Vector3D.FromAzimuthElevation(Angles.ToRadians(FirstAzimuthDeg + i * 360.0 / count), Angles.ToRadians(e)));
        }
        return result;
    }

    public void Write(string path)
    {
        var directions = Directions();
        int rows = directions.Count, mics = Receivers.Length;
        bool directivity = Convention == "FreeFieldDirectivityTF", transfer = DataType.StartsWith("TF", StringComparison.Ordinal);
        var file = new H5File
        {
            Attributes = new() { ["Conventions"] = "SOFA", ["Version"] = "2.1", ["SOFAConventions"] = Convention, ["SOFAConventionsVersion"] = "1.0", ["DataType"] = DataType, ["RoomType"] = "free field" },
        };
        Complex[] spectra = Spectra(directions);
        int bins = Taps / 2 + 1;
        if (transfer)
        {
            double[] re = Planes(z => z.Real), im = Planes(z => z.Imaginary);
            ulong[] sizes = directivity ? [(ulong)mics, (ulong)rows, (ulong)bins] : [(ulong)rows, (ulong)mics, (ulong)bins];
            Add("Data.Real", re, sizes);
            Add("Data.Imag", im, sizes);
            Add("N", [.. Enumerable.Range(0, bins).Select(b => b * RateHz / Taps)], [(ulong)bins], ("Units", "hertz"));
        }
        else
        {
            Add("Data.IR", Impulses(spectra, rows * mics), [(ulong)rows, (ulong)mics, Taps]);
            Add("Data.SamplingRate", [RateHz], [1], ("Units", RateUnits));
            Add("Data.Delay", new double[mics], [1, (ulong)mics]);
        }
        AddPoints(directivity ? "ReceiverPosition" : "SourcePosition", [.. directions.Concat(Enumerable.Repeat(Vector3D.Front, ExtraRows)).Select(d => 1.4 * Rotation.FromYawPitchRoll(Angles.ToRadians(ViewDeg)).Apply(d))], CoordinateType, Units, directivity);
        AddPoints(directivity ? "EmitterPosition" : "ReceiverPosition", Receivers, "cartesian", "metre", true);
        string from = directivity ? "Source" : "Listener";
        AddPoints(from + "Position", [Vector3D.Zero], "cartesian", "metre", false);
        AddPoints(from + "View", [Vector3D.FromAzimuthElevation(Angles.ToRadians(ViewDeg))], "cartesian", "metre", false);
        AddPoints(from + "Up", [new(0, 0, 1)], "cartesian", "metre", false);
        if (Omit is not null) file.Remove(Omit);
        file.Write(path);

        double[] Planes(Func<Complex, double> part)
        {
            var plane = new double[rows * mics * bins];
            for (int d = 0; d < rows; d++)
                for (int m = 0; m < mics; m++)
                    for (int b = 0; b < bins; b++) plane[((directivity ? m * rows + d : d * mics + m) * bins) + b] = part(spectra[(d * mics + m) * bins + b]);
            return plane;
        }

        void Add(string name, double[] values, ulong[] sizes, params (string, string)[] attributes)
        {
            var data = new H5Dataset(values, fileDims: sizes) { Attributes = [] };
            foreach (var (key, text) in attributes) data.Attributes[key] = text;
            file[name] = data;
        }

        void AddPoints(string name, Vector3D[] points, string type, string units, bool third)
        {
            bool spherical = type == "spherical";
            double[] values = [.. points.SelectMany(p => spherical ? new[] { Angles.ToDegrees(p.AzimuthRad), Angles.ToDegrees(p.ElevationRad), p.Norm } : [p.X, p.Y, p.Z])];
            Add(name, values, third ? [(ulong)points.Length, 3, 1] : [(ulong)points.Length, 3], ("Type", type), ("Units", units));
        }
    }

    /// <summary>[D × R × bins] with a common delay.</summary>
    private Complex[] Spectra(IReadOnlyList<Vector3D> directions)
    {
        int mics = Receivers.Length, bins = Taps / 2 + 1;
        var result = new Complex[directions.Count * mics * bins];
        double[] cosines = [.. directions.SelectMany(d => Receivers.Select(r => d.Dot(r.Normalized())))];
        var column = new Complex[cosines.Length];
        var sphere = new RigidSphere(RadiusM);
        for (int b = 0; b < bins; b++)
        {
            double f = b * RateHz / Taps;
            sphere.Fill(f, RadiusM, double.PositiveInfinity, cosines, column);
            for (int i = 0; i < column.Length; i++) result[i * bins + b] = column[i] * Complex.FromPolarCoordinates(1, -2 * Math.PI * b * Shift / Taps);
        }
        return result;
    }

    private static double[] Impulses(Complex[] spectra, int rows)
    {
        var fft = new RealFft<double>(Taps);
        int bins = fft.Bins;
        var (re, im, time, all) = (new double[bins], new double[bins], new double[Taps], new double[rows * Taps]);
        for (int i = 0; i < rows; i++)
        {
            for (int b = 0; b < bins; b++) (re[b], im[b]) = (spectra[i * bins + b].Real, spectra[i * bins + b].Imaginary);
            fft.Inverse(re, im, time);
            time.CopyTo(all, i * Taps);
        }
        return all;
    }
}
