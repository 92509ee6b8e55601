using System.Text.Json;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;

namespace AttentionEngine.Benchmarks;

/// <summary>
/// A scene of tests/claims/make-separation-pairs.py with one talker attended: the images at the microphones, and where the talkers are.
/// </summary>
internal sealed class SeparationPair
{
    private const double TickS = 0.04;
    private readonly double[] _azimuths;
    private readonly double[]? _directions;
    private readonly double _errorDeg, _rateHz;
    private readonly TalkerScene _scene;

    /// <param name="file">pNN_ROOM.npy, float32 [talkers + noise, M, n]; beside it .json with the azimuths, and where the head moves .dirs.npy
    /// [ticks of 40 ms, talkers, 2]: azimuth and elevation from the head, rad.</param>
    /// <param name="sirDb">All but the target are made louder by its negative.</param>
    /// <param name="errorDeg">Every other talker is said to be this much to the left, the rest to the right.</param>
    public SeparationPair(Rig rig, string file, int target, double sirDb, double errorDeg)
    {
        var array = NpyReader.Read(file);
        (Talkers, Microphones, Frames, Target) = (array.Shape[0] - 1, array.Shape[1], array.Shape[2], target);
        using var text = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(file, ".json")));
        Array = ArrayOf(rig.Array, text.RootElement);
        if (Microphones != Array.Count) throw new InvalidOperationException($"{file}: {Microphones} microphones, expected {Array.Count}");
        float gain = (float)Math.Pow(10, -sirDb / 20);
        Images = [.. array.ToSingles()];
        for (int i = 0; i < Images.Length; i++) if (i / (Microphones * Frames) != target) Images[i] *= gain;
        Mix = new float[Microphones * Frames];
        for (int i = 0; i < Images.Length; i++) Mix[i % Mix.Length] += Images[i];
        _azimuths = [.. text.RootElement.GetProperty("azimuth_deg").EnumerateArray().Select(e => e.GetDouble())];
        string moving = Path.ChangeExtension(file, ".dirs.npy");
        _directions = File.Exists(moving) ? NpyReader.Read(moving).ToDoubles() : null;
        (_errorDeg, _rateHz) = (errorDeg, rig.Array.SampleRateHz);
        _scene = new TalkerScene(Talkers) { Count = Talkers, HeadValid = true };
        At(0);
        Ear = _scene.Talkers[target].DirectionHead.Y >= 0 ? 0 : 1;
        Reference = Ear == 0 ? Array.LeftReference : Array.RightReference;
    }

    /// <summary>The array of the pair's .json, or the rig's where it names none.</summary>
    public MicrophoneArray Array { get; }

    public int Talkers { get; }
    public int Microphones { get; }
    public int Frames { get; }
    public int Target { get; }

    /// <summary>[talkers + noise, M, n].</summary>
    public float[] Images { get; }

    /// <summary>[M, n].</summary>
    public float[] Mix { get; }

    /// <summary>0 where the target starts on the left, else 1.</summary>
    public int Ear { get; }

    /// <summary>Reference microphone of that ear.</summary>
    public int Reference { get; }

    /// <returns>[n] image of a talker, or of the noise, at a microphone.</returns>
    public ReadOnlySpan<float> Image(int talker, int microphone) => Images.AsSpan((talker * Microphones + microphone) * Frames, Frames);

    /// <returns>[M × n] image of a talker.</returns>
    public float[] Image(int talker) => Images[(talker * Microphones * Frames)..((talker + 1) * Microphones * Frames)];

    /// <summary>The scene at a sample, as perception would say it.</summary>
    public (TalkerScene Scene, int Attended) At(long sample)
    {
        for (int k = 0; k < Talkers; k++)
        {
            var (azimuth, elevation) = (Angles.ToRadians(_azimuths[k]), 0.0);
            if (_directions is not null)
            {
                long tick = Math.Min((long)(sample / (TickS * _rateHz)), _directions.Length / (2 * Talkers) - 1);
                (azimuth, elevation) = (_directions[(tick * Talkers + k) * 2], _directions[(tick * Talkers + k) * 2 + 1]);
            }
            azimuth += Angles.ToRadians(k % 2 == 0 ? _errorDeg : -_errorDeg);
            _scene.Talkers[k].DirectionHead = _scene.Talkers[k].DirectionRoom = Vector3D.FromAzimuthElevation(azimuth, elevation);
        }
        return (_scene, Target);
    }

    /// <param name="backend">A backend's name, or <c>ideal</c>: mask-mwf with ideal masks.</param>
    public OfflineSeparation Open(Rig rig, string backend, double floorDb)
    {
        bool ideal = backend == "ideal";
        var settings = rig.AudioPath with { Backend = ideal ? "mask-mwf" : backend, FloorDb = floorDb };
        if (ideal || backend == "mask-mwf") settings = settings with { TapsMs = 16, MaskModel = RepositoryFolder.PathOf("models/masks") };
        return new OfflineSeparation(Array, settings, Talkers, rig.Attention.TickMs, ideal ? Images : null);
    }

    private static MicrophoneArray ArrayOf(MicrophoneArray otherwise, JsonElement pair)
    {
        if (!pair.TryGetProperty("microphone_azimuth_deg", out var azimuths)) return otherwise;
        double radiusM = pair.GetProperty("sphere_radius_m").GetDouble();
        var microphones = azimuths.EnumerateArray().Select((a, i) => new Microphone($"m{i}", radiusM * Vector3D.FromAzimuthElevation(Angles.ToRadians(a.GetDouble()))));
        return new MicrophoneArray(HeadModelKind.RigidSphere, radiusM, otherwise.SampleRateHz, [.. microphones], 0, 1);
    }
}
