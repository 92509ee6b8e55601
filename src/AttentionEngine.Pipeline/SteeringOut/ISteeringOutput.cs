using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.SteeringOut;

/// <summary>Tells another program where the talkers are and what is played of them. Called on the tick thread: no waiting, no allocation.</summary>
public interface ISteeringOutput : IDisposable
{
    /// <summary>For health reports.</summary>
    string Name { get; }

    /// <summary>Sends that failed.</summary>
    long Failed { get; }

    void Send(TickRecord record, TalkerScene scene, SteeringCommand command);
}
