using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Core.Rigs;

/// <summary>A laboratory set-up as its file declares it: the array, the streams by <c>source_id</c>, and what to do with them.</summary>
public sealed record Rig
{
    public required string Name { get; init; }
    public required string FilePath { get; init; }
    public string Description { get; init; } = "";
    public required MicrophoneArray Array { get; init; }
    public required IReadOnlyList<RigStream> Streams { get; init; }
    public IReadOnlyList<FixedTalker> FixedTalkers { get; init; } = [];
    public CameraModel? EgoCamera { get; init; }

    /// <summary>How faces are found in camera pictures.</summary>
    public FaceSettings Faces { get; init; } = new();
    public RigNetwork Network { get; init; } = RigNetwork.LoopbackOnly;
    public required AudioPathSettings AudioPath { get; init; }
    public required AttentionSettings Attention { get; init; }

    /// <summary>Calibrated output to a participant's ears, or null: then no sound goes there.</summary>
    public RigOutput? Output { get; init; }

    /// <summary>The device that brings the microphones and plays to the ears, or null where the audio stream comes over LSL.</summary>
    public RigAudioDevice? AudioDevice { get; init; }

    /// <summary>What was measured on the microphones and the output, or null.</summary>
    public RigCalibration? Calibration { get; init; }

    /// <summary>Full path of the file that the calibration came from, or null.</summary>
    public string? CalibrationFile { get; init; }

    /// <summary>Order, polarity and gain of the channels, by the calibration where there is one.</summary>
    public MicrophoneWiring Wiring => Calibration?.Wiring ?? MicrophoneWiring.Straight(Array.Count);

    /// <summary>What the live engine sends to other programs, or null for nothing.</summary>
    public SteeringOutSettings? SteeringOut { get; init; }

    public RigStream? Find(StreamRole role) => Streams.FirstOrDefault(s => s.Role == role);
}

/// <param name="Radius">Sphere radius in metres; 0 for free field.</param>
public sealed record MicrophoneArray(HeadModelKind HeadModel, double SphereRadiusM, double SampleRateHz, IReadOnlyList<Microphone> Microphones, int LeftReference, int RightReference)
{
    public int Count => Microphones.Count;

    /// <summary>The responses of a <see cref="HeadModelKind.Measured"/> array, else null.</summary>
    public MeasuredResponses? Measured { get; init; }
}

public enum HeadModelKind { FreeField, RigidSphere, Measured }

/// <param name="PositionHeadM">In HEAD (x front, y left, z up), metres, origin at the centre of the head.</param>
/// <param name="Receiver">Which receiver of measured responses it is, from 0.</param>
public sealed record Microphone(string Name, Vector3D PositionHeadM, int Receiver = 0);

public enum StreamRole { Audio, Head, Gaze, Eeg, Talkers, Markers, EgoCamera, SceneCamera }

/// <param name="SourceId">What the engine resolves by: unique, stable across restarts.</param>
/// <param name="Host">Pinned host name, or null for any.</param>
/// <param name="LatencyMs">Declared lag of the sensor: subtracted from the time stamps.</param>
/// <param name="StaleMs">Silence after which the stream counts as dead.</param>
public sealed record RigStream(StreamRole Role, string SourceId, string? Host, bool Required, double LatencyMs, double StaleMs);

/// <summary>A talker at a known place (loudspeaker, VR) when no stream gives positions.</summary>
public sealed record FixedTalker(string Id, Vector3D PositionRoomM);

/// <summary>Camera fixed to the head: x right and y down in pixels. A pinhole looking along head x, until its lens has been measured or its mount is given.</summary>
public sealed record CameraModel(int WidthPx, int HeightPx, double FocalPx, double RateHz)
{
    private LensModel? _lens;

    /// <summary>The lens as measured (<c>lens_file</c>) and where it sits, or null.</summary>
    public LensModel? Measured { get; init; }

    /// <summary>The measured lens, or the pinhole that the numbers describe.</summary>
    public LensModel Lens => Measured ?? (_lens ??= LensModel.Pinhole(WidthPx, HeightPx, FocalPx));
}

/// <param name="BlockMs">RT block.</param>
/// <param name="TapsMs">Length of the applied filters.</param>
/// <param name="DelayMs">Delay the filters are solved for.</param>
/// <param name="FloorDb">Awareness floor of unattended talkers.</param>
/// <param name="Backend">pass, delay-and-sum, superdirective, mvdr, lcmv, mwf or mask-mwf.</param>
/// <param name="MaskModel">Folder of the mask network; only <c>mask-mwf</c> needs it.</param>
public sealed record AudioPathSettings(double BlockMs, double TapsMs, double DelayMs, double FloorDb, string Backend, double LimiterCeilingDbfs, string? MaskModel = null);

/// <param name="FusionModel">Folder of the fusion model (model.onnx + model.yaml).</param>
/// <param name="EegDecoder">File of the EEG decoder, or null when the rig has no EEG.</param>
/// <param name="TickMs">Tick of the graph.</param>
/// <param name="AcceptProbability">Posterior that a new talker must exceed to be switched to; 0 follows the most probable. Certainty is shown in the gains, not in the choice.</param>
/// <param name="HoldS">Least time between switches.</param>
public sealed record AttentionSettings(string FusionModel, string? EegDecoder, double TickMs, double AcceptProbability, double HoldS);
