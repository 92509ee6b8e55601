using System.Runtime.InteropServices;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Pipeline.Replay;

/// <summary>Samples of one stream that have been read and are not due yet. One thread.</summary>
internal abstract class PendingSamples(IStreamOutlet outlet)
{
    private double[] _dueS = new double[256], _stampsS = new double[256];

    public IStreamOutlet Outlet { get; } = outlet;
    public long Sent { get; private set; }
    protected int First { get; private set; }
    protected int Count { get; private set; }

    /// <summary>When the oldest is due, LSL seconds; infinite when nothing is pending.</summary>
    public double NextDueS => Count > 0 ? _dueS[First] : double.PositiveInfinity;

    public static PendingSamples For(IStreamOutlet outlet) => outlet.Info.Format switch
    {
        ChannelFormat.Float32 => new PendingNumbers<float>(outlet),
        ChannelFormat.Double64 => new PendingNumbers<double>(outlet),
        ChannelFormat.Int32 => new PendingNumbers<int>(outlet),
        ChannelFormat.Int16 => new PendingNumbers<short>(outlet),
        ChannelFormat.Int8 => new PendingNumbers<sbyte>(outlet),
        ChannelFormat.Int64 => new PendingNumbers<long>(outlet),
        ChannelFormat.Text => new PendingTexts(outlet),
        var format => throw new ArgumentException($"stream `{outlet.Info.Name}` has format {format}, which LSL cannot carry", nameof(outlet)),
    };

    /// <summary>Takes the samples at which the reader stands.</summary>
    /// <param name="dueS">[frames] when to send each, LSL seconds.</param>
    /// <param name="stampsS">[frames] with which stamp.</param>
    public void Add(XdfEventReader reader, ReadOnlySpan<double> dueS, ReadOnlySpan<double> stampsS)
    {
        if (First > 0)
        {
            _dueS.AsSpan(First, Count).CopyTo(_dueS);
            _stampsS.AsSpan(First, Count).CopyTo(_stampsS);
            Compact();
            First = 0;
        }
        if (Count + dueS.Length > _dueS.Length)
        {
            Array.Resize(ref _dueS, 2 * (Count + dueS.Length));
            Array.Resize(ref _stampsS, 2 * (Count + dueS.Length));
        }
        dueS.CopyTo(_dueS.AsSpan(Count));
        stampsS.CopyTo(_stampsS.AsSpan(Count));
        AddValues(reader);
        Count += dueS.Length;
    }

    /// <summary>Sends what is due by now.</summary>
    /// <returns>Samples sent.</returns>
    public int Send(double nowS)
    {
        int frames = 0;
        while (frames < Count && _dueS[First + frames] <= nowS) frames++;
        if (frames == 0) return 0;
        Push(First, frames, _stampsS.AsSpan(First, frames));
        First += frames;
        Count -= frames;
        Sent += frames;
        return frames;
    }

    /// <summary>Moves the pending values to the front.</summary>
    protected abstract void Compact();
    protected abstract void AddValues(XdfEventReader reader);
    protected abstract void Push(int first, int frames, ReadOnlySpan<double> stampsS);
}

internal sealed class PendingNumbers<T>(IStreamOutlet outlet) : PendingSamples(outlet) where T : unmanaged
{
    private readonly int _channels = outlet.Info.ChannelCount;
    private T[] _values = new T[256 * outlet.Info.ChannelCount];

    protected override void Compact() => _values.AsSpan(First * _channels, Count * _channels).CopyTo(_values);

    protected override void AddValues(XdfEventReader reader)
    {
        var values = reader.Values<T>();
        if (Count * _channels + values.Length > _values.Length) Array.Resize(ref _values, 2 * (Count * _channels + values.Length));
        values.CopyTo(_values.AsSpan(Count * _channels));
    }

    protected override void Push(int first, int frames, ReadOnlySpan<double> stampsS) => Outlet.Push<T>(_values.AsSpan(first * _channels, frames * _channels), stampsS);
}

internal sealed class PendingTexts(IStreamOutlet outlet) : PendingSamples(outlet)
{
    private readonly int _channels = outlet.Info.ChannelCount;
    private readonly List<string> _values = [];

    protected override void Compact() => _values.RemoveRange(0, First * _channels);

    protected override void AddValues(XdfEventReader reader) => _values.AddRange(reader.Texts);

    protected override void Push(int first, int frames, ReadOnlySpan<double> stampsS)
    {
        for (int i = 0; i < frames; i++) Outlet.PushText(CollectionsMarshal.AsSpan(_values).Slice((first + i) * _channels, _channels), stampsS[i]);
    }
}
