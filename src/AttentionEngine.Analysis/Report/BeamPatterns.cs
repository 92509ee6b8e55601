using System.Numerics;
using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Analysis.Report;

/// <summary>Patterns of a set of beamformer weights over the array's own steering vectors.</summary>
public static class BeamPatterns
{
    private const int FftSize = 512;
    private const double StepDeg = 3;

    /// <param name="weights">Filters [K × ears × M × taps].</param>
    /// <param name="talkers">K ids.</param>
    /// <param name="frequenciesHz">Each is moved to the nearest bin (rate / 512).</param>
    /// <returns>One pattern per talker, ear and frequency; gain relative to that ear's reference microphone, so that an undistorted talker has 0 dB.</returns>
    public static IReadOnlyList<BeamPattern> Compute(BeamformerWeights weights, MicrophoneArray array, IReadOnlyList<string> talkers, IReadOnlyList<double> frequenciesHz)
    {
        if (weights.Microphones != array.Count || weights.Talkers != talkers.Count)
            throw new ArgumentException($"Weights for {weights.Talkers} talkers and {weights.Microphones} microphones do not fit {talkers.Count} talkers and an array of {array.Count}.");
        var steering = new SteeringVectors(array, FftSize);
        IReadOnlyList<Vector3D> directions = SteeringTable.Horizontal(StepDeg);
        var responses = new Complex[directions.Count][];
        for (int d = 0; d < directions.Count; d++) steering.Fill(directions[d], responses[d] = new Complex[steering.Bins * array.Count]);
        double[] azimuths = [.. directions.Select(d => Math.Round(Angles.ToDegrees(d.AzimuthRad), 3))];
        var patterns = new List<BeamPattern>();
        foreach (double frequencyHz in frequenciesHz)
        {
            int bin = Math.Clamp((int)Math.Round(frequencyHz * FftSize / array.SampleRateHz), 1, steering.Bins - 1);
            for (int k = 0; k < weights.Talkers; k++)
                for (int ear = 0; ear < weights.Ears; ear++)
                {
                    Complex[] filters = Filters(weights, k, ear, 2 * Math.PI * bin / FftSize);
                    int reference = ear == 0 ? array.LeftReference : array.RightReference;
                    double[] gainDb = [.. responses.Select(r => GainDb(filters, r.AsSpan(bin * array.Count, array.Count), reference))];
                    patterns.Add(new BeamPattern(talkers[k], ear == 0 ? "left" : "right", bin * array.SampleRateHz / FftSize, azimuths, gainDb));
                }
        }
        return patterns;
    }

    /// <summary>[M] transfer functions of one beam's filters at one frequency.</summary>
    private static Complex[] Filters(BeamformerWeights weights, int talker, int ear, double radiansPerSample)
    {
        var filters = new Complex[weights.Microphones];
        for (int m = 0; m < filters.Length; m++)
        {
            int start = ((talker * weights.Ears + ear) * weights.Microphones + m) * weights.Taps;
            for (int n = 0; n < weights.Taps; n++) filters[m] += weights.Filters[start + n] * Complex.FromPolarCoordinates(1, -radiansPerSample * n);
        }
        return filters;
    }

    private static double GainDb(Complex[] filters, ReadOnlySpan<Complex> steering, int reference)
    {
        Complex sum = 0;
        for (int m = 0; m < filters.Length; m++) sum += filters[m] * steering[m];
        return 20 * Math.Log10(Math.Max(1e-6, sum.Magnitude / Math.Max(1e-9, steering[reference].Magnitude)));
    }
}
