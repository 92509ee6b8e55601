using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Acoustics.Sofa;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;

namespace AttentionEngine.Tests.Core.Acoustics.Sofa;

/// <summary>Steering vectors from files of the published layouts, against the exact field they were written from; bad files are refused with a reason.</summary>
public sealed class SofaFileTests : IDisposable
{
    private const double RateHz = 16000;
    private const int FftSize = 256;
    private readonly TempFolder _folder = new();
    private int _refused;
    private readonly Vector3D[] _corners = [new(0.05, 0.0662495, 0), new(0.05, -0.0662495, 0), new(-0.03, 0.0773886, 0)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("SimpleFreeFieldHRIR", "FIR", "spherical", 0)]
    [InlineData("SimpleFreeFieldHRIR", "FIR", "cartesian", 35)]
    [InlineData("GeneralFIR", "FIR", "spherical", -90)]
    [InlineData("SimpleFreeFieldHRTF", "TF", "spherical", 0)]
    [InlineData("FreeFieldDirectivityTF", "TF", "spherical", 20)]
    public void Steering_vectors_of_a_file_are_the_field_it_was_measured_in(string convention, string dataType, string type, double viewDeg)
    {
        var sample = new SofaSample { Convention = convention, DataType = dataType, CoordinateType = type, Units = type == "spherical" ? "degree, degree, metre" : "metre", ViewDeg = viewDeg, Receivers = _corners };
        string path = _folder.File("array.sofa");
        sample.Write(path);
        var measured = SofaFile.Read(path);
        Assert.Equal(3, measured.ReceiversHeadM.Count);
        Assert.True((measured.ReceiversHeadM[2] - _corners[2]).Norm < 1e-12);

        // At a measured direction the relative transfer functions are exact up to the wrapping of the sample's short impulse responses, or to
        // straight lines between its frequencies (188 Hz apart); between directions 10 degrees apart, good.
        var (at, between) = (Worst(measured, sample.Directions()[100]), Worst(measured, Vector3D.FromAzimuthElevation(Angles.ToRadians(44), Angles.ToRadians(13))));
        Assert.True(at < 0.015, $"at a measured direction: {at}");
        Assert.True(between < 0.12, $"between measured directions: {between}");
    }

    /// <summary>Largest error of h_m / h_0 over microphones and 250 Hz to 7 kHz, relative.</summary>
    private double Worst(MeasuredResponses measured, Vector3D direction)
    {
        var array = new MicrophoneArray(HeadModelKind.Measured, 0, RateHz, [.. _corners.Select((c, i) => new Microphone($"m{i}", c, i))], 0, 1) { Measured = measured };
        var vectors = new SteeringVectors(array, FftSize);
        var h = new Complex[vectors.Bins * 3];
        vectors.Fill(direction, h);
        var sphere = new RigidSphere(SofaSample.RadiusM);
        double worst = 0;
        for (int b = 4; b <= 112; b++)
            for (int m = 1; m < 3; m++)
            {
                Complex Exact(int i) => sphere.At(b * RateHz / FftSize, direction.Dot(_corners[i].Normalized()));
                Complex expected = Exact(m) / Exact(0), got = h[b * 3 + m] / h[b * 3];
                worst = Math.Max(worst, (got - expected).Magnitude / expected.Magnitude);
            }
        return worst;
    }

    [Fact]
    public void Levels_are_relative_to_free_field_on_average_and_filling_allocates_nothing()
    {
        string path = _folder.File("ears.sofa");
        new SofaSample().Write(path);
        var array = new MicrophoneArray(HeadModelKind.Measured, 0, RateHz, [new("left", default, 0), new("right", default, 1)], 0, 1) { Measured = SofaFile.Read(path) };
        var vectors = new SteeringVectors(array, FftSize);
        var h = new Complex[vectors.Bins * 2];
        vectors.Fill(Vector3D.Front, h);
        Assert.InRange(h[2 * 8].Magnitude, 0.8, 1.25); // 500 Hz
        var left = Vector3D.FromAzimuthElevation(1.2345, 0.1);
        vectors.Fill(left, h);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) vectors.Fill(left, h);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True((h[2 * 8] / h[2 * 8 + 1]).Phase > 0); // the left ear leads
    }

    [Fact]
    public void A_file_of_the_horizontal_plane_alone_is_interpolated_along_it()
    {
        var sample = new SofaSample { LowestElevationDeg = 0, HighestElevationDeg = 0, StepDeg = 5, Receivers = _corners };
        string path = _folder.File("flat.sofa");
        sample.Write(path);
        double worst = Worst(SofaFile.Read(path), Vector3D.FromAzimuthElevation(Angles.ToRadians(42.5)));
        Assert.True(worst < 0.05, $"{worst}");
    }

    [Fact]
    public void A_file_that_does_not_fit_is_refused_and_the_reason_is_said()
    {
        Refused(new() { Convention = "MultiSpeakerBRIR" }, "the SOFA convention is `MultiSpeakerBRIR`; expected one of SimpleFreeFieldHRIR");
        Refused(new() { DataType = "FIR-E" }, "`DataType` is `FIR-E`, expected `FIR`");
        Refused(new() { CoordinateType = "spherical harmonics" }, "`SourcePosition:Type` is `spherical harmonics`");
        Refused(new() { Units = "radian, radian, metre" }, "`SourcePosition:Units` is `radian, radian, metre`, expected `degree, degree, metre`");
        Refused(new() { RateUnits = "kilohertz" }, "is in `kilohertz`, expected hertz");
        Refused(new() { Omit = "Data.IR" }, "the variable `Data.IR` is missing");
        Refused(new() { Omit = "SourcePosition" }, "the variable `SourcePosition` is missing");
        Refused(new() { ExtraRows = 2 }, "rows of 3 coordinates");
        Refused(new() { FirstAzimuthDeg = 0, LastAzimuthDeg = 180, HighestElevationDeg = 0 }, "could not be steered at");
        string text = _folder.File("text.sofa");
        File.WriteAllText(text, "not a SOFA file");
        Assert.Contains("cannot be read as a SOFA file", Assert.Throws<InputDataException>(() => SofaFile.Read(text)).Message, StringComparison.Ordinal);
        string whole = _folder.File("whole.sofa"), cut = _folder.File("cut.sofa");
        new SofaSample().Write(whole);
        File.WriteAllBytes(cut, File.ReadAllBytes(whole)[..200_000]);
        Assert.Throws<InputDataException>(() => SofaFile.Read(cut));
        Assert.Contains("no such file", Assert.Throws<InputDataException>(() => SofaFile.Read(_folder.File("none.sofa"))).Message, StringComparison.Ordinal);
    }

    private void Refused(SofaSample sample, string reason)
    {
        string path = _folder.File($"refused-{_refused++}.sofa");
        sample.StepDeg = 30;
        sample.Write(path);
        Assert.Contains(reason, Assert.Throws<InputDataException>(() => SofaFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rig_names_its_file_and_receivers_and_a_session_keeps_the_file()
    {
        new SofaSample { Receivers = _corners, StepDeg = 20 }.Write(_folder.File("array.sofa"));
        var rig = RigReader.Read(Rig("rate_hz: 16000", "{ name: back, receiver: 3 }, { name: left, receiver: 1 }"));
        Assert.Equal(HeadModelKind.Measured, rig.Array.HeadModel);
        Assert.Equal([2, 0], rig.Array.Microphones.Select(m => m.Receiver));
        Assert.True((rig.Array.Microphones[0].PositionHeadM - _corners[2]).Norm < 1e-12);

        var session = SessionFolder.Create(_folder.File("session"));
        var copied = SessionRig.Save(rig, session);
        Assert.Contains(copied, c => c.Name == "sofa/array.sofa");
        Assert.Equal(3, RigReader.Read(session.Rig).Array.Measured!.ReceiversHeadM.Count);

        Refused("rate_hz: 96000", "{ name: a }", "holds data up to 24000 Hz, but an array at rate_hz 96000 needs them up to 48000 Hz");
        Refused("rate_hz: 16000", "{ name: a, receiver: 4 }", "is 4 (counted from 1; the order in the list where it is not given), but the SOFA file has 3 receivers");
        Refused("rate_hz: 16000", "{ name: a, receiver: 2 }, { name: b }", "is 2, which microphone `a` is already");
    }

    private void Refused(string rate, string microphones, string reason) =>
        Assert.Contains(reason, Assert.Throws<ConfigurationException>(() => RigReader.Read(Rig(rate, microphones))).Message, StringComparison.Ordinal);

    private string Rig(string rate, string microphones)
    {
        string path = _folder.File("rig.yaml");
        File.WriteAllText(path, $$"""
            schema: attend.rig/1
            name: measured
            array: { head_model: sofa, sofa_file: array.sofa, {{rate}}, microphones: [ {{microphones}} ] }
            streams: { audio: { source_id: a }, talkers: { source_id: t } }
            attention: { fusion_model: models/fusion }
            """);
        return path;
    }

    /// <summary>Whatever happens to a file's bytes: it is read, or refused with a reason.</summary>
    [Fact]
    public void The_reader_survives_damaged_files()
    {
        string whole = _folder.File("seed.sofa"), damaged = _folder.File("damaged.sofa");
        new SofaSample { StepDeg = 30, LowestElevationDeg = 0, HighestElevationDeg = 0 }.Write(whole);
        byte[] seed = File.ReadAllBytes(whole);
        var mutator = new Fuzzing.Mutator(21, [seed], [[255, 255, 255, 127], "OHDR"u8.ToArray(), "Data.IR"u8.ToArray(), "SOFA"u8.ToArray()], seed.Length + 64);
        int read = 0, refused = 0;
        for (int i = 0; i < 250; i++)
        {
            File.WriteAllBytes(damaged, mutator.Next());
            try { read += SofaFile.Read(damaged).DirectionsHead.Count > 0 ? 1 : 0; }
            catch (InputDataException) { refused++; }
        }
        Assert.Equal(250, read + refused);
        Assert.True(read > 5 && refused > 5, $"{read} read, {refused} refused: the damage reaches only one kind");
    }

    /// <summary>A measured head (KEMAR, 44.1 kHz): the ears' time difference at the side, and leaving directions out costs little.</summary>
    [Fact]
    public void A_measured_head_gives_a_heads_time_difference()
    {
        var measured = SofaFile.Read(SharedData.PathOrSkip("data/hrir/mit_kemar_normal_pinna.sofa"));
        Assert.Equal(710, measured.DirectionsHead.Count);
        var array = new MicrophoneArray(HeadModelKind.Measured, 0, RateHz, [new("left", default, 0), new("right", default, 1)], 0, 1) { Measured = measured };
        var vectors = new SteeringVectors(array, FftSize);
        var h = new Complex[vectors.Bins * 2];
        vectors.Fill(Vector3D.FromAzimuthElevation(Math.PI / 2), h);
        double itdS = (h[2 * 8] / h[2 * 8 + 1]).Phase / (2 * Math.PI * 500);
        Assert.InRange(itdS, 0.65e-3, 0.85e-3); // at 500 Hz a head of 87.5 mm gives 3 a/c = 0.77 ms
        double ildDb = 20 * Math.Log10(h[2 * 64].Magnitude / h[2 * 64 + 1].Magnitude);
        Assert.InRange(ildDb, 4, 20); // 4 kHz, near the bright spot behind the head
        vectors.Fill(Vector3D.Front, h);
        Assert.InRange(Math.Abs((h[2 * 8] / h[2 * 8 + 1]).Phase / (2 * Math.PI * 500)), 0, 5e-5);
    }

    /// <summary>
    /// Each 7th direction of a measured head left out of the set and interpolated from the rest: what is wrong, in dB relative to what is right, over both
    /// ears, 200 Hz to 4 kHz, median over directions.
    /// </summary>
    [Fact]
    public void Directions_left_out_of_a_measured_head_are_interpolated_well()
    {
        var measured = SofaFile.Read(SharedData.PathOrSkip("data/hrir/mit_kemar_normal_pinna.sofa"));
        int[] held = [.. Enumerable.Range(0, measured.DirectionsHead.Count).Where(i => i % 7 == 3)];
        var rest = measured.Without(held);
        Assert.Equal(measured.DirectionsHead.Count - held.Length, rest.DirectionsHead.Count);
        MicrophoneArray Ears(MeasuredResponses responses) => new(HeadModelKind.Measured, 0, RateHz, [new("left", default, 0), new("right", default, 1)], 0, 1) { Measured = responses };
        SteeringVectors all = new(Ears(measured), FftSize), some = new(Ears(rest), FftSize);
        Complex[] right = new Complex[all.Bins * 2], got = new Complex[all.Bins * 2];
        var errorsDb = new List<double>();
        foreach (int i in held)
        {
            all.Fill(measured.DirectionsHead[i], right);
            some.Fill(measured.DirectionsHead[i], got);
            double wrong = 0, power = 0;
            for (int b = 4; b <= 64; b++)
            {
                // The common delay and level of a direction do not steer: the ears' ratio does.
                Complex scale = (Complex.Conjugate(got[2 * b]) * right[2 * b] + Complex.Conjugate(got[2 * b + 1]) * right[2 * b + 1]) / (got[2 * b].Magnitude * got[2 * b].Magnitude + got[2 * b + 1].Magnitude * got[2 * b + 1].Magnitude);
                for (int m = 0; m < 2; m++)
                {
                    wrong += Math.Pow((scale * got[2 * b + m] - right[2 * b + m]).Magnitude, 2);
                    power += Math.Pow(right[2 * b + m].Magnitude, 2);
                }
            }
            errorsDb.Add(10 * Math.Log10(wrong / power));
        }
        errorsDb.Sort();
        Assert.True(errorsDb[errorsDb.Count / 2] < -30 && errorsDb[^1] < -8, $"median {errorsDb[errorsDb.Count / 2]:F1} dB, worst {errorsDb[^1]:F1} dB");
    }
}
