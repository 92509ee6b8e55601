using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Simulation.Render;

/// <summary>Where the listener's head is and where it points, as the microphones move: what the acoustic renderer asks of a listener.</summary>
public interface IHeadTrajectory
{
    /// <param name="timeS">Seconds since the start of the scene; before 0 and after the end the pose at that end.</param>
    /// <returns>Centre of the head in ROOM (metres) and roomFromHead; smooth in time (the microphones are moved along it every few milliseconds).</returns>
    Pose HeadAt(double timeS);
}
