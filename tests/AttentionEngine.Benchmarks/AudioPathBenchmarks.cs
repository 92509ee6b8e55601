using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Separation;

namespace AttentionEngine.Benchmarks;

internal static class AudioPathBenchmarks
{
    private const int Talkers = 4;

    public static IEnumerable<Benchmark> All => [new("audio-path", $"one block of the rig sim-bte4, beams and gains of {Talkers} talkers", 0, Create)];

    private static (Action, IDisposable?) Create()
    {
        var rig = RigReader.Read(RepositoryFolder.PathOf("rigs/sim-bte4.yaml"));
        var path = new AudioPath(rig.Array, rig.AudioPath, Talkers);
        int microphones = rig.Array.Count, taps = path.Layout.Taps, frames = path.BlockFrames;
        // The cost of a filter does not depend on its coefficients: noise that decays, as filters do.
        var random = new SeededRandom(1);
        var filters = new float[Talkers * 2 * microphones * taps];
        for (int i = 0; i < filters.Length; i++) filters[i] = (float)(0.05 * random.Normal() * Math.Exp(-4.0 * (i % taps) / taps));
        var steering = new SteeringCommand(Talkers) { Count = Talkers, AmbientGain = 0.1f };
        steering.Gains.AsSpan().Fill(0.5f);
        if (!path.PushWeights(new BeamformerWeights(Talkers, 2, microphones, taps, filters) { Id = 1 }, -1) || !path.PushGains(steering, -1))
            throw new InvalidOperationException("the audio path refused the benchmark's weights");
        float[] input = new float[microphones * frames], output = new float[2 * frames], beams = new float[Talkers * frames];
        for (int i = 0; i < input.Length; i++) input[i] = (float)(0.05 * random.Normal());
        path.Process(input, output, beams);
        if (path.ReadStatus().WeightsId != 1) throw new InvalidOperationException("the audio path did not take the benchmark's weights");
        return (() => path.Process(input, output, beams), path);
    }
}
