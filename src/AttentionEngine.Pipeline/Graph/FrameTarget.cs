using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Health;
using AttentionEngine.Core.Time;

namespace AttentionEngine.Pipeline.Graph;

/// <summary>
/// A stream of frame indices with the pictures beside it in a y4m file: reads each picture when its index comes and hands both on.
/// A picture that cannot be read is counted, never guessed; an outage is told when it begins and, with the count of the rest, when it ends.
/// </summary>
public sealed class FrameTarget(FrameBuffer buffer, string videoPath, IHealthSink health) : IFeedTarget, IDisposable
{
    private Y4mReader? _reader;
    private long _untold;
    private double _lastMissS;
    private bool _out;

    public int Free => buffer.Free;
    public long Available => buffer.Written;

    /// <summary>Indices whose picture was missing or did not fit.</summary>
    public long Missing { get; private set; }

    public void Accept(ReadOnlySpan<float> values, ReadOnlySpan<double> stampsS, ReadOnlySpan<double> timesS, double receiveTimeS)
    {
        for (int i = 0; i < timesS.Length; i++)
        {
            if (_reader is null && !Y4mReader.TryOpen(videoPath, out _reader)) { Miss(timesS[i], $"{videoPath} cannot be opened yet"); continue; }
            if (_reader.WidthPx != buffer.WidthPx || _reader.HeightPx != buffer.HeightPx)
            {
                Miss(timesS[i], $"{videoPath} is {_reader.WidthPx}x{_reader.HeightPx}, the rig's ego_camera says {buffer.WidthPx}x{buffer.HeightPx}; its pictures are not used");
                continue;
            }
            var place = buffer.Next();
            long index = (long)values[i];
            if (place.IsEmpty) { buffer.Refuse(); continue; }
            if (index < 0 || !_reader.TryRead(index, place)) { Miss(timesS[i], $"frame {index} is not in {videoPath}"); continue; }
            buffer.Publish(index, timesS[i]);
            if (_out) Return(timesS[i]);
        }
    }

    private void Miss(double timeS, string why)
    {
        Missing++;
        _lastMissS = timeS;
        if (_out) { _untold++; return; }
        _out = true;
        Tell(timeS, 1, why);
    }

    private void Return(double timeS)
    {
        _out = false;
        if (_untold > 0) Tell(timeS, _untold, $"pictures are there again; {_untold} more were missing");
    }

    private void Tell(double timeS, long count, string why)
    {
        _untold = 0;
        health.Report(new HealthEvent(StreamTime.FromSeconds(timeS), HealthKind.Sensor, "EgoCamera", count, why));
    }

    /// <summary>Tells what the last outage cost; when no more frames come, while the log is still read.</summary>
    public void Finish()
    {
        if (_untold > 0) Tell(_lastMissS, _untold, $"pictures were missing to the end: {_untold} more");
    }

    public void Dispose() => _reader?.Dispose();
}
