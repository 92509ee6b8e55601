using System.Runtime.ExceptionServices;

namespace AttentionEngine.Capture.Xdf;

/// <summary>
/// Loads a sound file on all cores: one look from chunk to chunk, then each stretch is read once, checked and decoded to its place. Gives
/// exactly what <see cref="XdfEventReader"/> gives step by step, or nothing where the file is damaged or unusual in any way.
/// </summary>
internal static class XdfParallelLoad
{
    private const int HeadWindowBytes = 4096;

    /// <summary>Below this a file is loaded sooner than threads are woken.</summary>
    public const long LeastBytes = 8 << 20;

    /// <returns>Null: to be read step by step.</returns>
    public static XdfRecording? TryRead(string path, IXdfSource source, Func<XdfStream, bool>? wantValues, Action<double>? progress, bool verify)
    {
        if (source.Problem is not null) return null;
        var plan = new XdfLoadPlan();
        // Not disposed of: the source belongs to the caller.
        var reader = new XdfEventReader(path, source, verify, HeadWindowBytes) { Plan = plan };
        var columns = new List<XdfColumns>();
        try
        {
            while (reader.Read() && !plan.IsRefused && reader.Damage.Count == 0)
            {
                if (reader.Kind == XdfEventKind.StreamHeader) columns.Add(new XdfColumns(reader.Stream, wantValues?.Invoke(reader.Stream) ?? true, 0));
                else columns[reader.Stream.Index].Add(reader);
            }
            if (plan.IsRefused || reader.Damage.Count > 0) return null;
            var batches = plan.Batches();
            if (plan.IsRefused) return null;
            foreach (var c in columns) c.Reserve(plan.FramesOf(c.Stream));
            if (!Decode(source, plan, batches, columns, progress)) return null;
        }
        catch (IOException)
        {
            return null; // The device cannot read some of it: step by step the rest comes back.
        }
        if (!Deduce(plan, columns)) return null;
        return new XdfRecording(path, reader.HasMagic, reader.FileHeaderXml, [.. columns.Select(c => c.ToData())], []);
    }

    private static bool Decode(IXdfSource source, XdfLoadPlan plan, List<XdfLoadPlan.Batch> batches, List<XdfColumns> columns, Action<double>? progress)
    {
        bool isSound = true;
        int next = 0, done = 0;
        var gate = new Lock();
        ExceptionDispatchInfo? error = null;
        Parallel.For(0, Math.Min(Environment.ProcessorCount, Math.Max(1, batches.Count)), _ =>
        {
            var piece = new XdfPiece(source);
            while (Volatile.Read(ref isSound) && Interlocked.Increment(ref next) - 1 is var b && b < batches.Count)
            {
                try
                {
                    if (!DecodeBatch(piece, plan, batches[b], columns)) Volatile.Write(ref isSound, false);
                    if (progress is null) continue;
                    lock (gate) progress((double)++done / batches.Count);
                }
#pragma warning disable CA1031 // It is thrown again on the caller's thread, as it was.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    Interlocked.CompareExchange(ref error, ExceptionDispatchInfo.Capture(e), null);
                    Volatile.Write(ref isSound, false);
                }
            }
        });
        error?.Throw();
        return isSound;
    }

    private static bool DecodeBatch(XdfPiece piece, XdfLoadPlan plan, XdfLoadPlan.Batch batch, List<XdfColumns> columns)
    {
        piece.Begin(batch.From, batch.To, batch.Crc is not null);
        for (int c = batch.FirstChunk; c < batch.FirstChunk + batch.Chunks; c++)
        {
            var chunk = plan.Chunks[c];
            var values = columns[chunk.Stream.Index].At(chunk.FirstFrame, chunk.Frames, out var stampsS);
            if (!DecodeChunk(piece, chunk, stampsS, values)) return false;
        }
        return batch.Crc is not { } crc || piece.Finish() == crc;
    }

    private static bool DecodeChunk(XdfPiece piece, XdfLoadPlan.Samples chunk, Span<double> stampsS, Span<byte> values)
    {
        int frameBytes = chunk.Stream.FrameBytes;
        double lastS = 0;
        long at = chunk.At;
        bool wanted = values.Length > 0, isStamped = false;
        for (int done = 0; done < chunk.Frames;)
        {
            var bytes = piece.At(at, 9 + frameBytes);
            if (bytes.Length > chunk.End - at) bytes = bytes[..(int)(chunk.End - at)];
            int used = XdfFrames.Decode(bytes, frameBytes, chunk.Stream.IntervalS, stampsS[done..], wanted ? values[(done * frameBytes)..] : default, ref lastS, out int frames, out int firstStamped);
            if (used <= 0) return false;
            if (!isStamped) chunk.Unstamped += firstStamped < 0 ? frames : firstStamped;
            isStamped |= firstStamped >= 0;
            at += used;
            done += frames;
        }
        return at == chunk.End;
    }

    /// <summary>The stamps that follow from the chunk before, in file order; at the start of a stream they are counted back from its first stamp.</summary>
    /// <returns>False for a first chunk that the other reader gives in several events.</returns>
    private static bool Deduce(XdfLoadPlan plan, List<XdfColumns> columns)
    {
        var lastS = new double[columns.Count];
        var isCertain = new bool[columns.Count];
        foreach (var chunk in plan.Chunks)
        {
            int s = chunk.Stream.Index;
            columns[s].At(chunk.FirstFrame, chunk.Frames, out var stampsS);
            double stampS = lastS[s], intervalS = chunk.Stream.IntervalS;
            for (int i = 0; i < chunk.Unstamped; i++) stampsS[i] = stampS += intervalS;
            if (!isCertain[s] && chunk.Unstamped > 0)
            {
                if (chunk.Frames > chunk.Stream.MostFramesPerEvent) return false;
                if (chunk.Unstamped < chunk.Frames) for (int i = chunk.Unstamped - 1; i >= 0; i--) stampsS[i] = stampsS[i + 1] - intervalS;
            }
            (lastS[s], isCertain[s]) = (stampsS[^1], true);
        }
        return true;
    }
}
