namespace AttentionEngine.Simulation.Conversation;

/// <summary>One talker holds the floor of its conversation.</summary>
/// <param name="Talker">Index in the scene's order.</param>
/// <param name="StartS">Seconds since the start of the scene.</param>
public sealed record FloorTurn(int Talker, double StartS, double EndS);

/// <summary>What the listener attends to, as planned: the ground truth.</summary>
/// <param name="Talker">Index in the scene's order, or −1 for nobody.</param>
public sealed record AttentionSpan(int Talker, double StartS, double EndS);

/// <summary>Who speaks when, and whom the listener follows.</summary>
/// <param name="Turns">Ordered by start; turns of one talker never overlap.</param>
/// <param name="Attended">Contiguous from 0 to <paramref name="DurationS"/>.</param>
public sealed record ConversationPlan(double DurationS, int TalkerCount, IReadOnlyList<FloorTurn> Turns, IReadOnlyList<AttentionSpan> Attended);
