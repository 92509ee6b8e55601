using System.Globalization;

namespace AttentionEngine.Core.Time;

/// <summary>An instant on the LSL clock of the capture host, in nanoseconds. The only time that processing knows.</summary>
public readonly record struct StreamTime(long Nanoseconds) : IComparable<StreamTime>
{
    public static readonly StreamTime Zero = new(0);

    /// <summary>The LSL representation: seconds as a double.</summary>
    public double Seconds => Nanoseconds * 1e-9;

    /// <param name="seconds">LSL time in seconds; finite.</param>
    public static StreamTime FromSeconds(double seconds)
    {
        if (!double.IsFinite(seconds)) throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "A stream time must be a finite number of seconds.");
        return new StreamTime((long)Math.Round(seconds * 1e9));
    }

    public StreamTime AddSeconds(double seconds) => new(Nanoseconds + (long)Math.Round(seconds * 1e9));

    /// <summary>Signed difference <c>this − earlier</c> in seconds.</summary>
    public double SecondsSince(StreamTime earlier) => (Nanoseconds - earlier.Nanoseconds) * 1e-9;

    public int CompareTo(StreamTime other) => Nanoseconds.CompareTo(other.Nanoseconds);
    public static bool operator <(StreamTime a, StreamTime b) => a.Nanoseconds < b.Nanoseconds;
    public static bool operator >(StreamTime a, StreamTime b) => a.Nanoseconds > b.Nanoseconds;
    public static bool operator <=(StreamTime a, StreamTime b) => a.Nanoseconds <= b.Nanoseconds;
    public static bool operator >=(StreamTime a, StreamTime b) => a.Nanoseconds >= b.Nanoseconds;

    public override string ToString() => Seconds.ToString("F6", CultureInfo.InvariantCulture) + " s";
}
