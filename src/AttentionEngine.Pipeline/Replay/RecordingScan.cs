using System.Runtime.InteropServices;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>What one stream of a recording is, known before its first sample is used.</summary>
/// <param name="Offsets">All clock offsets, in the order of the file.</param>
/// <param name="RateHz">By which samples are counted (<see cref="RateCheck"/>); 0 for irregular streams.</param>
/// <param name="FirstStampS">On the source's clock; NaN without samples.</param>
public sealed record ScannedStream(StreamInfo Info, XdfClockOffset[] Offsets, double RateHz, double FirstStampS, long Samples);

/// <summary>
/// One pass over a recording in constant memory: a stream may join late, and a clock is best known from all its probes, so both are looked
/// for before the first sample is replayed.
/// </summary>
public sealed class RecordingScan
{
    private const int FirstStamps = 1024;
    private const double FirstS = 1;
    private readonly Dictionary<uint, int> _index = [];

    /// <exception cref="InputDataException">The file cannot be opened or holds no stream.</exception>
    public RecordingScan(string path)
    {
        using var reader = new XdfEventReader(path);
        var infos = new List<StreamInfo>();
        var offsets = new List<List<XdfClockOffset>>();
        var stamps = new List<List<double>>();
        var counts = new List<long>();
        while (reader.Read())
        {
            if (reader.Kind == XdfEventKind.StreamHeader && _index.TryAdd(reader.Stream.StreamId, infos.Count))
            {
                infos.Add(reader.Stream.Info);
                offsets.Add([]);
                stamps.Add([]);
                counts.Add(0);
            }
            if (!_index.TryGetValue(reader.Stream.StreamId, out int stream)) continue;
            if (reader.Kind == XdfEventKind.ClockOffset) offsets[stream].Add(reader.ClockOffset);
            if (reader.Kind != XdfEventKind.Samples) continue;
            counts[stream] += reader.Frames;
            foreach (double stampS in reader.StampsS)
            {
                if (stamps[stream].Count >= FirstStamps || (stamps[stream].Count > 1 && stamps[stream][^1] - stamps[stream][0] > FirstS)) break;
                stamps[stream].Add(stampS);
            }
        }
        if (infos.Count == 0) throw new InputDataException($"{path} holds no stream{(reader.Damage.Count > 0 ? ": " + reader.Damage[0].What : "")}. `attend xdf check` lists what is wrong with it.");
        Streams = [.. infos.Select((info, i) => new ScannedStream(info, [.. offsets[i]],
            info.NominalRateHz > 0 ? RateCheck.RateOf(CollectionsMarshal.AsSpan(stamps[i]), info.NominalRateHz) : 0, stamps[i].Count > 0 ? stamps[i][0] : double.NaN, counts[i]))];
    }

    public IReadOnlyList<ScannedStream> Streams { get; }

    /// <summary>Position in <see cref="Streams"/> of the stream with this number in the file.</summary>
    public int IndexOf(uint streamId) => _index[streamId];
}
