namespace AttentionEngine.Capture.Lsl;

/// <summary>Bounds on what the network may make us hold. LSL has no authentication, so every length from outside is checked against one of these.</summary>
internal static class LslLimits
{
    public const int QueryPort = 16571;
    public const int BasePort = 16572;

    /// <summary>Ports BasePort … BasePort + PortRange − 1 are tried first, as liblsl does; ephemeral ones after.</summary>
    public const int PortRange = 32;

    public const int MaxDatagramBytes = 65_507;

    /// <summary>A short info goes in one datagram, after its query id.</summary>
    public const int MaxShortInfoBytes = 60_000;
    public const int MaxQueryBytes = 4_096;
    public const int MaxHeaderBytes = 16_384;
    public const int MaxInfoBytes = 16 << 20;
    public const int MaxXmlDepth = 64;
    public const int MaxChannels = 65_536;
    public const double MaxRateHz = 1e9;

    /// <summary>Bytes of one text sample, over its channels.</summary>
    public const int MaxTextSampleBytes = 16 << 20;
    public const long MaxBufferedTextBytes = 128L << 20;
    public const long MaxBufferedBytes = 1L << 30;
    public const int MaxConnectionsPerOutlet = 64;
    public const int MaxDiscovered = 4_096;
    public const int QueriesPerSecond = 2_000;
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Samples that a ring may hold: seconds at the nominal rate, or seconds × 100 where the rate is irregular, within the byte bound.</summary>
    public static long RingSamples(double seconds, double nominalRateHz, int sampleBytes)
    {
        if (!double.IsFinite(seconds) || seconds <= 0) throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "A buffer must hold more than 0 seconds.");
        double wanted = Math.Ceiling(seconds * (nominalRateHz > 0 ? nominalRateHz : 100));
        double most = sampleBytes == 0 ? 1 << 20 : Math.Min(1 << 28, (double)MaxBufferedBytes / (sampleBytes + sizeof(double)));
        return (long)Math.Max(1, Math.Min(wanted, Math.Floor(most)));
    }
}
