using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Simulation.Conversation;

/// <summary>A talker of a scene.</summary>
/// <param name="Conversation">Talkers with the same number converse with each other; ≥ 0.</param>
/// <param name="PositionRoomM">Mouth, ROOM, metres.</param>
/// <param name="Voice">Name of a voice in the scene's speech folder.</param>
public sealed record SceneTalker(string Id, int Conversation, Vector3D PositionRoomM, string Voice);
