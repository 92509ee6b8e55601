using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Tests.Simulation.Render;

/// <summary>Scenes in memory for the renderer's tests: the beamforming benchmark's array, no speech files.</summary>
internal static class TestScenes
{
    public const double RateHz = 16000;
    private const double RadiusM = 0.083;

    public static MicrophoneArray Bte4()
    {
        (string Name, double AzimuthDeg)[] microphones = [("left_front", 99.417), ("right_front", -99.417), ("left_rear", 109.1655), ("right_rear", -109.1655)];
        return new MicrophoneArray(HeadModelKind.RigidSphere, RadiusM, RateHz,
            [.. microphones.Select(m => new Microphone(m.Name, RadiusM * Vector3D.FromAzimuthElevation(Angles.ToRadians(m.AzimuthDeg))))], 0, 1);
    }

    public static Scene Make(IReadOnlyList<double> azimuthsDeg, ShoeboxRoom? room = null, NoiseSettings? noise = null, MicrophoneArray? array = null)
    {
        var listenerM = room is null ? Vector3D.Zero : new Vector3D(2.8, 2.3, 1.25);
        return new Scene
        {
            Name = "test",
            FilePath = "test.yaml",
            DefaultSeconds = 1,
            DefaultSeed = 1,
            LevelDbfs = -28,
            ListenerPositionRoomM = listenerM,
            Room = room,
            Noise = noise ?? new NoiseSettings(NoiseSpectrum.White, double.PositiveInfinity, double.PositiveInfinity),
            Talkers = [.. azimuthsDeg.Select((a, k) => new SceneTalker("t" + k, k % 2, listenerM + 1.4 * Vector3D.FromAzimuthElevation(Angles.ToRadians(a)), "v"))],
            Voices = [.. azimuthsDeg.Select(_ => new TalkerVoice("v", [], 0))],
            Rig = new Rig
            {
                Name = "test",
                FilePath = "rig.yaml",
                Array = array ?? Bte4(),
                Streams = [],
                AudioPath = new AudioPathSettings(2, 16, 4, -12, "mwf", -1),
                Attention = new AttentionSettings("", null, 40, 0.5, 0.3),
            },
        };
    }

    /// <summary>Signals of the given length, an impulse in one of them.</summary>
    public static TalkerSignals Impulse(int talkers, int samples, int at, int talker = 0)
    {
        var dry = Enumerable.Range(0, talkers).Select(_ => new float[samples]).ToArray();
        dry[talker][at] = 1;
        return new TalkerSignals(RateHz, dry, []);
    }

    /// <summary>A head that holds still.</summary>
    internal sealed class StillHead(Pose pose) : IHeadTrajectory
    {
        public Pose HeadAt(double timeS) => pose;
    }

    /// <summary>A head at one place that turns evenly from 0 by a rate.</summary>
    internal sealed class TurningHead(Vector3D positionM, double radiansPerS) : IHeadTrajectory
    {
        public Pose HeadAt(double timeS) => new(positionM, Rotation.FromYawPitchRoll(radiansPerS * timeS));
    }
}
