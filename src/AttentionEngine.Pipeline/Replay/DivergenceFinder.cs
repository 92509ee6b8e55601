using System.Globalization;
using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Journal;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>
/// Finds what a hash cannot tell: which value of a node differs first, and by how much. Compares what the recorded session and its replay
/// wrote of that tick (ear files, <c>ticks/*.npy</c>).
/// </summary>
/// <param name="recorded">The session that was replayed.</param>
/// <param name="replayed">What the replay wrote; finished.</param>
public sealed class DivergenceFinder(SessionFolder recorded, SessionFolder replayed, SessionJournal journal)
{
    private readonly record struct Tally(int First, double MaxAbs, int Differing, int Compared)
    {
        public Tally() : this(-1, 0, 0, 0) { }
    }

    /// <returns>Null where a file of the session is missing or damaged.</returns>
    public DivergenceSize? Size(Divergence divergence)
    {
        try
        {
            return Enum.Parse<GraphNode>(divergence.Node) switch
            {
                GraphNode.Audio => OfSound(divergence.Tick),
                GraphNode.Perception => OfTick(divergence.Tick, "direction_head_rad") is { Differing: > 0 } direction ? direction : OfTick(divergence.Tick, "beam_level_db"),
                GraphNode.Features => OfTick(divergence.Tick, "features"),
                GraphNode.Fusion => OfTick(divergence.Tick, "posterior"),
                GraphNode.Beams => OfBeams(divergence.Tick),
                GraphNode.Decision => OfTick(divergence.Tick, "attended"),
                _ => null,
            };
        }
        catch (Exception e) when (e is InputDataException or IOException or JsonException)
        {
            return null; // the hashes stand; a session without these files, or with damaged ones, has no more to say
        }
    }

    /// <summary>Samples that the tick and those before it had consumed.</summary>
    private long SamplesAfter(long tick) => tick < 0 ? 0 : journal.Ticks[(int)tick].Consumed[TickInputs.Slot(Core.Rigs.StreamRole.Audio)] * journal.BlockFrames;

    private DivergenceSize OfSound(long tick)
    {
        long first = SamplesAfter(tick - 1);
        int frames = (int)(SamplesAfter(tick) - first);
        var (a, b) = (WavFile.ReadPart(recorded.SteeredWav, first, frames), WavFile.ReadPart(replayed.SteeredWav, first, frames));
        frames = Math.Min(a.Frames, b.Frames);
        var tally = new Tally();
        int channel = 0;
        for (int i = 0; i < frames; i++)
            for (int c = 0; c < AudioStage.Ears; c++)
            {
                int before = tally.First;
                tally = Add(tally, i, a.Channel(c)[i], b.Channel(c)[i]);
                if (before < 0 && tally.First >= 0) channel = c;
            }
        return new DivergenceSize(channel == 0 ? "left ear" : "right ear", tally.First < 0 ? SamplesAfter(tick) : first + tally.First, tally.MaxAbs, tally.Differing, tally.Compared);
    }

    /// <summary>Beams are too large to be kept; their sketches tell which talker's differ, and by how much.</summary>
    private DivergenceSize OfBeams(long tick)
    {
        NpyArray a = NpyReader.Read(Path.Combine(recorded.Ticks, "beam_sketch.npy")), b = NpyReader.Read(Path.Combine(replayed.Ticks, "beam_sketch.npy"));
        int talkers = a.Shape[1], row = talkers * BeamSketch.Sums, at = (int)tick * row, frames = (int)(SamplesAfter(tick) - SamplesAfter(tick - 1));
        if (a.Length < at + row || b.Length < at + row) throw new InputDataException($"beam_sketch.npy ends before tick {tick}");
        double[] one = a.ToDoubles(), two = b.ToDoubles();
        var rms = Enumerable.Range(0, talkers).Select(k => BeamSketch.RmsDifference(one.AsSpan(at + k * BeamSketch.Sums, BeamSketch.Sums), two.AsSpan(at + k * BeamSketch.Sums, BeamSketch.Sums), frames)).ToList();
        int most = rms.IndexOf(rms.Max()), differing = rms.Count(r => r > 0);
        return new DivergenceSize("beam" + Place("beam", most, [0, talkers]), SamplesAfter(tick), differing == 0 ? 0 : double.NaN, differing, talkers) { RmsDifference = rms[most] };
    }

    private DivergenceSize OfTick(long tick, string name)
    {
        NpyArray a = NpyReader.Read(Path.Combine(recorded.Ticks, name + ".npy")), b = NpyReader.Read(Path.Combine(replayed.Ticks, name + ".npy"));
        int row = a.Shape.AsSpan(1).ToArray().Aggregate(1, (x, y) => x * y), at = (int)tick * row;
        if (a.Length < at + row || b.Length < at + row) throw new InputDataException($"{name}.npy ends before tick {tick}");
        float[] one = a.ToSingles(), two = b.ToSingles();
        var tally = new Tally();
        for (int i = 0; i < row; i++) tally = Add(tally, i, one[at + i], two[at + i]);
        return new DivergenceSize(name + Place(name, Math.Max(0, tally.First), a.Shape), SamplesAfter(tick), tally.MaxAbs, tally.Differing, tally.Compared);
    }

    private static Tally Add(Tally tally, int at, float recorded, float replayed)
    {
        if (BitConverter.SingleToInt32Bits(recorded) == BitConverter.SingleToInt32Bits(replayed)) return tally with { Compared = tally.Compared + 1 };
        double difference = Math.Abs((double)recorded - replayed);
        return new Tally(tally.First < 0 ? at : tally.First, double.IsNaN(difference) ? double.NaN : Math.Max(tally.MaxAbs, difference), tally.Differing + 1, tally.Compared + 1);
    }

    /// <summary>Names instead of numbers where the session has them: talkers and features.</summary>
    private string Place(string name, int index, int[] shape)
    {
        if (shape.Length == 1) return "";
        using var layout = JsonDocument.Parse(File.ReadAllText(Path.Combine(recorded.Ticks, "layout.json")));
        string Name(string list, int i) => layout.RootElement.GetProperty(list) is var names && i < names.GetArrayLength() ? names[i].GetString() ?? "" : i.ToString(CultureInfo.InvariantCulture);
        int columns = shape.Length > 2 ? shape[2] : 1, talker = index / columns, column = index % columns;
        string who = name == "posterior" && talker == shape[1] - 1 ? "none" : Name("talkers", talker);
        return name switch
        {
            "features" => $"[{who}, {Name("features", column)}]",
            "direction_head_rad" => $"[{who}, {(column == 0 ? "azimuth" : "elevation")}]",
            _ => $"[{who}]",
        };
    }
}
