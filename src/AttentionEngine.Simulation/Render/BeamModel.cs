using AttentionEngine.Core.Acoustics;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Simulation.Acoustics;
using AttentionEngine.Simulation.Scenes;
using AttentionEngine.Simulation.Speech;

namespace AttentionEngine.Simulation.Render;

/// <summary>
/// Talkers' beams without microphones, rooms' images or filters: each talker as it arrives at the head, what leaks in of the others, and
/// noise; in a room everything has a tail. No microphone is rendered and no filter designed, so that many listeners can be
/// drawn. Leakage as measured on one rendered session each with `mask-mwf` (seed 40), one talker alone: −25 dB anechoic and −17 dB at RT60 0.3 s, mean over
/// talkers 40° to 120° apart [D]; how it grows towards small angles, and its spread of 5 dB, are assumptions [R].
/// </summary>
public static class BeamModel
{
    private const double AnechoicLeakageDb = -28, RoomFactor = 1.6, LeakageRangeDeg = 25, LeakageSdDb = 5, MostLeakageDb = -2;
    private const double NoiseGainDb = -14;           // what the filters leave of the diffuse noise
    private const double TailGainDb = -3;             // and of late reverberation
    private const double NoisePole = 0.85;            // a spectrum that falls above 400 Hz, at 16 kHz
    private const double TailStartS = 0.005;

    /// <returns>[K][samples] full scale ±1.</returns>
    public static float[][] Render(Scene scene, TalkerSignals signals, SeededRandom random)
    {
        int talkers = scene.Talkers.Count, samples = signals.Samples;
        float[][] heard = [.. Enumerable.Range(0, talkers).Select(k => AtHead(scene, signals, k, random.Fork("tail of " + scene.Talkers[k].Id)))];
        double noise = scene.Noise.SnrDb < 1000 ? Math.Sqrt(ArrayRenderer.TalkerPower(scene) * Math.Pow(10, (NoiseGainDb - scene.Noise.SnrDb) / 10)) : 0;
        var beams = new float[talkers][];
        for (int k = 0; k < talkers; k++)
        {
            var own = random.Fork("beam of " + scene.Talkers[k].Id);
            beams[k] = (float[])heard[k].Clone();
            for (int j = 0; j < talkers; j++)
            {
                if (j == k) continue;
                float gain = (float)Math.Pow(10, LeakageDb(scene, k, j, own) / 20);
                for (int i = 0; i < samples; i++) beams[k][i] += gain * heard[j][i];
            }
            double state = 0, drive = noise * Math.Sqrt(1 - NoisePole * NoisePole);
            for (int i = 0; i < samples; i++) beams[k][i] += (float)(state = NoisePole * state + drive * own.Normal());
        }
        return beams;
    }

    private static double LeakageDb(Scene scene, int into, int from, SeededRandom random)
    {
        var head = scene.ListenerPositionRoomM;
        double apartDeg = Angles.ToDegrees((scene.Talkers[into].PositionRoomM - head).AngleTo(scene.Talkers[from].PositionRoomM - head));
        double most = AnechoicLeakageDb / (1 + RoomFactor * (scene.Room?.Rt60S ?? 0));
        return Math.Min(MostLeakageDb, most * (1 - Math.Exp(-apartDeg / LeakageRangeDeg)) + random.Normal(0, LeakageSdDb));
    }

    /// <summary>Direct sound, and a decaying tail with Sabine's reverberant energy (Kuttruff, Room Acoustics: r_c² = 0.057² V / T).</summary>
    private static float[] AtHead(Scene scene, TalkerSignals signals, int talker, SeededRandom random)
    {
        double distanceM = (scene.Talkers[talker].PositionRoomM - scene.ListenerPositionRoomM).Norm, rateHz = signals.RateHz;
        int delay = (int)Math.Round(distanceM / SoundSpeed.Default * rateHz), tail = scene.Room is { } r ? (int)(r.Rt60S * rateHz) : 1;
        var response = new float[delay + tail];
        response[delay] = (float)(1 / distanceM);
        if (scene.Room is { } room)
        {
            double volume = room.SizeM.X * room.SizeM.Y * room.SizeM.Z, criticalM2 = 0.057 * 0.057 * volume / room.Rt60S;
            double energy = Math.Pow(10, TailGainDb / 10) / criticalM2, decay = 6.9078 / (room.Rt60S * rateHz); // amplitude: −60 dB after RT60
            int first = (int)(TailStartS * rateHz);
            double sum = (Math.Exp(-2 * decay * first) - Math.Exp(-2 * decay * tail)) / (1 - Math.Exp(-2 * decay)), gain = Math.Sqrt(energy / sum);
            for (int i = first; i < tail; i++) response[delay + i] += (float)(gain * Math.Exp(-decay * i) * random.Normal());
        }
        var result = new float[signals.Samples];
        var convolver = new BlockConvolver([response], 1024);
        float[][] block = [new float[convolver.BlockSamples]];
        for (int start = 0; start < result.Length; start += convolver.BlockSamples)
            if (convolver.Process(signals.Dry[talker], start, block, 0)) block[0].AsSpan(0, Math.Min(convolver.BlockSamples, result.Length - start)).CopyTo(result.AsSpan(start));
        return result;
    }
}
