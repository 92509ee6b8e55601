using AttentionEngine.Core.Streams;

namespace AttentionEngine.Separation.Design;

/// <summary>One way to design filters. Runs on a Stream thread; allocates nothing per call.</summary>
internal abstract class BeamBackend
{
    /// <summary>Frames between designs that this backend is made for; 0: the tick's.</summary>
    public virtual int HopFrames => 0;

    /// <summary>Sees the sound of this tick, before <see cref="TryDesign"/>.</summary>
    /// <param name="input">[M × frames] planar.</param>
    public virtual void Observe(ReadOnlySpan<float> input, TalkerScene scene) { }

    /// <summary>Fills all filters of <paramref name="weights"/> for the scene's talkers.</summary>
    /// <returns>False when the set in use needs no change.</returns>
    public abstract bool TryDesign(TalkerScene scene, BeamformerWeights weights);

    /// <summary>Forgets the sound seen.</summary>
    public abstract void Reset();
}
