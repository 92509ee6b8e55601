using System.Numerics;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using PureHDF;

namespace AttentionEngine.Core.Acoustics.Sofa;

/// <summary>
/// Reads measured head-related or array transfer functions from SOFA files (AES69): impulse responses (SimpleFreeFieldHRIR, GeneralFIR) and
/// transfer functions (SimpleFreeFieldHRTF, GeneralTF), where the receivers are the microphones; and FreeFieldDirectivityTF, read by
/// reciprocity: its measurements are the microphones, its receivers the directions. Frames: x front, y left, z up, as AES69 has them.
/// </summary>
public static class SofaFile
{
    private const double MostHorizontalGapRad = 30 * Math.PI / 180;
    private static readonly string[] ImpulseConventions = ["SimpleFreeFieldHRIR", "GeneralFIR"];
    private static readonly string[] TransferConventions = ["SimpleFreeFieldHRTF", "GeneralTF", "FreeFieldDirectivityTF"];

    /// <exception cref="InputDataException">No SOFA file, another convention, damaged, or unfit for steering.</exception>
    public static MeasuredResponses Read(string path)
    {
        if (!File.Exists(path)) throw new InputDataException($"{path}: no such file; expected a SOFA file (AES69).");
        try
        {
            using var file = H5File.OpenRead(path);
            return Read(new SofaVariables(file, path), path);
        }
#pragma warning disable CA1031 // The HDF5 library throws whatever a damaged byte leads it to; it is all one thing to the user.
        catch (Exception e) when (e is not (AttendException or OutOfMemoryException))
#pragma warning restore CA1031
        {
            throw new InputDataException($"{path} cannot be read as a SOFA file (NetCDF-4, HDF5): {e.Message} It is damaged, cut off or of another kind; fetch it again.", e);
        }
    }

    private static MeasuredResponses Read(SofaVariables variables, string path)
    {
        if (variables.Attribute("Conventions") is not "SOFA") throw new InputDataException($"{path}: the global attribute `Conventions` is `{variables.Attribute("Conventions") ?? "missing"}`, expected `SOFA`. This is HDF5, but no SOFA file.");
        string convention = variables.Attribute("SOFAConventions") ?? "missing";
        bool impulse = ImpulseConventions.Contains(convention);
        if (!impulse && !TransferConventions.Contains(convention))
            throw new InputDataException($"{path}: the SOFA convention is `{convention}`; expected one of {string.Join(", ", [.. ImpulseConventions, .. TransferConventions])}. Rooms (BRIR), second-order sections and spherical harmonics have no free-field response per direction to read; convert it to SimpleFreeFieldHRIR.");
        string dataType = variables.Attribute("DataType") ?? "missing";
        if (dataType != (impulse ? "FIR" : "TF")) throw new InputDataException($"{path}: `DataType` is `{dataType}`, expected `{(impulse ? "FIR" : "TF")}` for {convention}. Convert it to SimpleFreeFieldHRIR.");
        bool reciprocal = convention == "FreeFieldDirectivityTF";
        var geometry = new SofaGeometry(variables, path);
        var result = impulse ? Impulses(variables, geometry, path) : Transfers(variables, geometry, path, reciprocal);
        Check(result);
        return result;
    }

    private static MeasuredResponses Impulses(SofaVariables variables, SofaGeometry geometry, string path)
    {
        var (responses, sizes) = variables.Numbers("Data.IR");
        if (sizes.Length != 3) throw Sizes(path, "Data.IR", sizes, "[measurements × receivers × samples]");
        int directions = sizes[0], receivers = sizes[1];
        double rateHz = variables.Numbers("Data.SamplingRate").Values[0];
        string units = variables.Attribute("Data.SamplingRate", "Units") ?? "hertz";
        if (!units.StartsWith("hertz", StringComparison.OrdinalIgnoreCase) && units != "Hz") throw new InputDataException($"{path}: `Data.SamplingRate` is in `{units}`, expected hertz.");
        if (!(rateHz >= 1000 && rateHz <= 1e6)) throw new InputDataException(FormattableString.Invariant($"{path}: `Data.SamplingRate` is {rateHz} Hz, expected 1000 to 1000000."));
        var delayS = new double[directions * receivers];
        if (variables.Has("Data.Delay"))
        {
            var (delay, shape) = variables.Numbers("Data.Delay"); // [1 or M, R], in samples
            if (delay.Length != receivers && delay.Length != delayS.Length) throw Sizes(path, "Data.Delay", shape, $"[1 or {directions} × {receivers}]");
            for (int i = 0; i < delayS.Length; i++) delayS[i] = delay[i % delay.Length] / rateHz;
        }
        return new MeasuredResponses(path, geometry.SourceDirections(directions), geometry.Receivers(receivers), responses, delayS, rateHz);
    }

    private static MeasuredResponses Transfers(SofaVariables variables, SofaGeometry geometry, string path, bool reciprocal)
    {
        var (re, sizes) = variables.Numbers("Data.Real");
        var (im, imaginarySizes) = variables.Numbers("Data.Imag");
        if (sizes.Length != 3 || !sizes.SequenceEqual(imaginarySizes)) throw Sizes(path, "Data.Real", sizes, $"[measurements × receivers × frequencies], as Data.Imag ({string.Join(" × ", imaginarySizes)})");
        double[] frequenciesHz = variables.Numbers("N").Values;
        if (frequenciesHz.Length != sizes[2] || frequenciesHz.Length < 2) throw new InputDataException($"{path}: `N` lists {frequenciesHz.Length} frequencies, `Data.Real` has {sizes[2]}; expected the same number, at least 2.");
        for (int k = 1; k < frequenciesHz.Length; k++)
            if (!(frequenciesHz[k] > frequenciesHz[k - 1])) throw new InputDataException(FormattableString.Invariant($"{path}: the frequencies `N` do not rise at index {k} ({frequenciesHz[k - 1]}, then {frequenciesHz[k]} Hz)."));
        int rows = sizes[0], columns = sizes[1], count = sizes[2];
        var transfer = new Complex[re.Length];
        for (int a = 0; a < rows; a++)
            for (int b = 0; b < columns; b++)
                for (int k = 0; k < count; k++)
                    transfer[(reciprocal ? b * rows + a : a * columns + b) * count + k] = new Complex(re[(a * columns + b) * count + k], im[(a * columns + b) * count + k]);
        return reciprocal
            ? new MeasuredResponses(path, geometry.ReceiverDirections(columns), geometry.Emitters(rows), transfer, frequenciesHz)
            : new MeasuredResponses(path, geometry.SourceDirections(rows), geometry.Receivers(columns), transfer, frequenciesHz);
    }

    private static void Check(MeasuredResponses responses)
    {
        var interpolator = new DirectionInterpolator(responses.DirectionsHead);
        for (int azimuthDeg = -180; azimuthDeg < 180; azimuthDeg += 5)
        {
            double gapRad = interpolator.GapRad(Vector3D.FromAzimuthElevation(Angles.ToRadians(azimuthDeg)));
            if (gapRad > MostHorizontalGapRad)
                throw new InputDataException(FormattableString.Invariant($"{responses.Source}: {responses.DirectionsHead.Count} directions, none within {Angles.ToDegrees(MostHorizontalGapRad):F0} degrees of azimuth {azimuthDeg} in the horizontal plane (the nearest is {Angles.ToDegrees(gapRad):F0} degrees away); talkers there could not be steered at. Use a file that covers the whole horizon."));
        }
    }

    private static InputDataException Sizes(string path, string name, int[] sizes, string expected) => new($"{path}: `{name}` has the sizes {string.Join(" × ", sizes)}, expected {expected}.");
}
