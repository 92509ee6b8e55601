using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Simulation.Eeg;

/// <summary>
/// 32 electrodes at 10-20 places on a unit sphere. Angles as in the BioSemi 32-channel cap table (inclination from Cz, azimuth from the
/// right ear, degrees) [R], turned into our axes: x front, y left, z up.
/// </summary>
public static class EegMontage
{
    private static readonly (string Label, int InclinationDeg, int AzimuthDeg)[] Table =
    [
        ("Fp1", -92, -72), ("AF3", -74, -65), ("F7", -92, -36), ("F3", -60, -51), ("FC1", -32, -45), ("FC5", -72, -21),
        ("T7", -92, 0), ("C3", -46, 0), ("CP1", -32, 45), ("CP5", -72, 21), ("P7", -92, 36), ("P3", -60, 51),
        ("Pz", 46, -90), ("PO3", -74, 65), ("O1", -92, 72), ("Oz", 92, -90), ("O2", 92, -72), ("PO4", 74, -65),
        ("P4", 60, -51), ("P8", 92, -36), ("CP6", 72, -21), ("CP2", 32, -45), ("C4", 46, 0), ("T8", 92, 0),
        ("FC6", 72, 21), ("FC2", 32, 45), ("F4", 60, 51), ("F8", 92, 36), ("AF4", 74, 65), ("Fp2", 92, 72), ("Fz", 46, 90), ("Cz", 0, 0),
    ];

    public static int Count => Table.Length;

    /// <summary>[32] 10-20 labels in channel order.</summary>
    public static IReadOnlyList<string> Labels { get; } = [.. Table.Select(e => e.Label)];

    /// <summary>[32] unit vectors in HEAD.</summary>
    public static IReadOnlyList<Vector3D> Positions { get; } = [.. Table.Select(e => Position(e.InclinationDeg, e.AzimuthDeg))];

    private static Vector3D Position(double inclinationDeg, double azimuthDeg)
    {
        double theta = Angles.ToRadians(inclinationDeg), phi = Angles.ToRadians(azimuthDeg);
        double right = Math.Sin(theta) * Math.Cos(phi), front = Math.Sin(theta) * Math.Sin(phi);
        return new Vector3D(front, -right, Math.Cos(theta));
    }
}
