using System.Numerics;
using System.Text.RegularExpressions;

namespace AttentionEngine.Core.Eeg;

/// <summary>
/// Electrode positions of the 10-20, 10-10 and 10-05 systems (Oostenveld and Praamstra 2001, Clin. Neurophysiol. 112:713) on a sphere, from the
/// names: ten per cent of the arc from nasion to inion are 23 degrees, the ring Fpz–T7–Oz lies 92 degrees from Cz with 18 degrees from step to
/// step, and a row runs along the circle through its ends on the ring and its point on the midline.
/// </summary>
public static partial class StandardMontage
{
    /// <summary>Of the sphere, m: about that of an adult's scalp.</summary>
    public const float RadiusM = 0.09f;

    private const double StepDeg = 23, RingDeg = 92, OuterRingDeg = 115, RingStepDeg = 18;

    /// <summary>Rows by name, in steps of ten per cent behind the nasion.</summary>
    private static readonly Dictionary<string, double> Rows = new(StringComparer.OrdinalIgnoreCase)
    {
        ["N"] = 0, ["Fp"] = 1, ["AFp"] = 1.5, ["AF"] = 2, ["AFF"] = 2.5, ["F"] = 3, ["FFC"] = 3.5, ["FFT"] = 3.5, ["FC"] = 4, ["FT"] = 4, ["FCC"] = 4.5, ["FTT"] = 4.5, ["C"] = 5, ["T"] = 5,
        ["CCP"] = 5.5, ["TTP"] = 5.5, ["CP"] = 6, ["TP"] = 6, ["CPP"] = 6.5, ["TPP"] = 6.5, ["P"] = 7, ["PPO"] = 7.5, ["PO"] = 8, ["POO"] = 8.5, ["O"] = 9, ["OI"] = 9.5, ["I"] = 10,
    };

    /// <summary>Older names of the same places; mastoids and ear lobes where they lie about.</summary>
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase) { ["T3"] = "T7", ["T4"] = "T8", ["T5"] = "P7", ["T6"] = "P8", ["M1"] = "TP9", ["M2"] = "TP10", ["A1"] = "T9", ["A2"] = "T10" };

    /// <summary>The 64 channels of a BioSemi cap in the order of its amplifier (A1 to A32, B1 to B32).</summary>
    public static IReadOnlyList<string> BioSemi64 { get; } =
        ("Fp1 AF7 AF3 F1 F3 F5 F7 FT7 FC5 FC3 FC1 C1 C3 C5 T7 TP7 CP5 CP3 CP1 P1 P3 P5 P7 P9 PO7 PO3 O1 Iz Oz POz Pz CPz "
        + "Fpz Fp2 AF8 AF4 AFz Fz F2 F4 F6 F8 FT8 FC6 FC4 FC2 FCz Cz C2 C4 C6 T8 TP8 CP6 CP4 CP2 P2 P4 P6 P8 P10 PO8 PO4 O2").Split(' ');

    [GeneratedRegex("^(?<row>[A-Z]+?)(?<place>z|[0-9]{1,2}h?)$", RegexOptions.IgnoreCase)]
    private static partial Regex NamePattern();

    /// <summary>Position in HEAD (x front, y left, z up), m; null where the name is none of the system's.</summary>
    public static Vector3? PositionM(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var match = NamePattern().Match(Aliases.GetValueOrDefault(name.Trim(), name.Trim()));
        if (!match.Success || !Rows.TryGetValue(match.Groups["row"].Value, out double row)) return null;
        string place = match.Groups["place"].Value;
        if (place is "z" or "Z") return RadiusM * Midline(row);
        bool half = place.EndsWith('h') || place.EndsWith('H');
        int number = int.Parse(half ? place[..^1] : place, System.Globalization.CultureInfo.InvariantCulture);
        if (number is 0 or > 10) return null;
        bool right = number % 2 == 0;
        double step = (right ? number - 1 : number) / 2 + 1 - (half ? 0.5 : 0); // 1 or 2: 1 step from the midline; 7 or 8: on the ring
        Vector3 left = step > 4 ? At(RingDeg + (OuterRingDeg - RingDeg) * (step - 4), RingStepDeg * Math.Clamp(row, 1, 9))
            : row <= 1 || row >= 9 ? At(row is < 1 or > 9 ? RingDeg + (OuterRingDeg - RingDeg) * (row < 1 ? 1 - row : row - 9) : RingDeg, row <= 1 ? RingStepDeg * step : 180 - RingStepDeg * step)
            : Along(Midline(row), At(RingDeg, RingStepDeg * row), step / 4);
        return RadiusM * (right ? left with { Y = -left.Y } : left);
    }

    private static Vector3 Midline(double row) => At(Math.Abs(row - 5) * StepDeg, row < 5 ? 0 : 180);

    /// <param name="fromTopDeg">Angle from Cz.</param>
    /// <param name="fromFrontDeg">Angle from the nose towards the left ear.</param>
    private static Vector3 At(double fromTopDeg, double fromFrontDeg)
    {
        double t = fromTopDeg * Math.PI / 180, f = fromFrontDeg * Math.PI / 180;
        return new((float)(Math.Sin(t) * Math.Cos(f)), (float)(Math.Sin(t) * Math.Sin(f)), (float)Math.Cos(t));
    }

    /// <summary>A part of the way from the midline to the ring, on the circle through both and the ring's point on the other side.</summary>
    private static Vector3 Along(Vector3 middle, Vector3 end, double part)
    {
        // The circle lies in a plane that holds the y axis' direction; its centre is where the plane's normal through the origin meets it.
        var normal = Vector3.Normalize(Vector3.Cross(end - middle, Vector3.UnitY));
        var centre = Vector3.Dot(normal, middle) * normal;
        Vector3 a = middle - centre, b = Vector3.UnitY * a.Length();
        double whole = Math.Atan2(Vector3.Dot(end - centre, b), Vector3.Dot(end - centre, a)), angle = part * whole;
        return centre + (float)Math.Cos(angle) * a + (float)Math.Sin(angle) * b;
    }
}
