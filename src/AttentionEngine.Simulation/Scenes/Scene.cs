using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Listener;

namespace AttentionEngine.Simulation.Scenes;

/// <summary>What the simulator plays for a rig, as a scene file declares it (<c>schema: attend.scene/1</c>).</summary>
public sealed record Scene
{
    public required string Name { get; init; }
    public required string FilePath { get; init; }
    public string Description { get; init; } = "";
    public required Rig Rig { get; init; }

    /// <summary>Length when the command gives none, seconds.</summary>
    public required double DefaultSeconds { get; init; }

    /// <summary>Seed when the command gives none.</summary>
    public required ulong DefaultSeed { get; init; }

    /// <summary>2 to 6 talkers.</summary>
    public required IReadOnlyList<SceneTalker> Talkers { get; init; }

    /// <summary>[K] what each talker says and how loud, in the talkers' order.</summary>
    public required IReadOnlyList<TalkerVoice> Voices { get; init; }

    /// <summary>Active speech level (ITU-T P.56) of a talker with <c>level_db: 0</c> at 1 m in free field, dB relative to full scale.</summary>
    public required double LevelDbfs { get; init; }

    /// <summary>The room, or null: anechoic.</summary>
    public ShoeboxRoom? Room { get; init; }

    /// <summary>Centre of the listener's head at rest, ROOM, metres; the listener faces along x.</summary>
    public required Vector3D ListenerPositionRoomM { get; init; }

    public required NoiseSettings Noise { get; init; }

    public ConversationSettings Conversation { get; init; } = new();
    public ListenerSettings Listener { get; init; } = new();

    /// <summary>Absolute path of the rig file.</summary>
    public string RigPath => Rig.FilePath;
}

/// <param name="Files">Sound files that are read one after the other, at least one.</param>
/// <param name="LevelDb">Level relative to <see cref="Scene.LevelDbfs"/>.</param>
public sealed record TalkerVoice(string Name, IReadOnlyList<string> Files, double LevelDb);

/// <summary>A rectangular room with one corner at the origin of ROOM.</summary>
/// <param name="SizeM">Lengths along x, y and z, metres.</param>
/// <param name="Rt60S">Reverberation time that the rendered responses have, seconds.</param>
public sealed record ShoeboxRoom(Vector3D SizeM, double Rt60S);

public enum NoiseSpectrum { Speech, Pink, White }

/// <param name="Spectrum">Long-term spectrum of the diffuse noise; speech is that of the scene's own talkers together.</param>
/// <param name="SnrDb">Mean active power of one talker at the centre of the head (head absent) over the diffuse noise's power; infinity: no noise.</param>
/// <param name="SensorSnrDb">The same power over each microphone's own white noise; infinity: none.</param>
public sealed record NoiseSettings(NoiseSpectrum Spectrum, double SnrDb, double SensorSnrDb);
