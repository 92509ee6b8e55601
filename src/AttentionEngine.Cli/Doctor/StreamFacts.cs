using System.Globalization;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Cli.Doctor;

/// <summary>LSL by using it: an outlet is made, found and read, over loopback.</summary>
internal static class StreamFacts
{
    private const string Name = "lsl loopback";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static DoctorFact Loopback(CancellationToken cancellation)
    {
        // The process id keeps two doctors apart.
        string sourceId = string.Create(CultureInfo.InvariantCulture, $"attend-doctor-{Environment.ProcessId}");
        var info = new StreamInfo { Name = "AttendDoctor", Type = "Test", ChannelCount = 2, NominalRateHz = 0, Format = ChannelFormat.Float32, SourceId = sourceId };
        try
        {
            using var transport = new LslTransport();
            using var outlet = transport.CreateOutlet(info, new OutletOptions());
            double startS = transport.LocalClockS;
            var found = transport.Resolve(new StreamQuery(SourceId: sourceId), Patience, 1, cancellation);
            double resolveMs = (transport.LocalClockS - startS) * 1000;
            if (found.Count == 0) return Missing("an outlet was made but not found within 5 s");
            using var inlet = transport.CreateInlet(found[0], new InletOptions());
            inlet.Open(Patience, cancellation);
            double sentS = transport.LocalClockS;
            outlet.Push<float>([1.5f, -2.5f], [sentS]);
            var values = new float[2];
            var stamps = new double[1];
            int frames = inlet.Pull<float>(values, stamps, Patience);
            if (frames != 1 || values[0] != 1.5f || values[1] != -2.5f || stamps[0] != sentS) return Missing($"a sample was sent but {frames} came back, or not as sent");
            double sampleMs = (transport.LocalClockS - sentS) * 1000;
            return DoctorFact.Ok(Name, true, string.Create(CultureInfo.InvariantCulture, $"outlet found in {resolveMs:0} ms, sample read back in {sampleMs:0.0} ms"));
        }
        catch (Exception e) when (e is AttendException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return Missing(e.Message);
        }
    }

    private static DoctorFact Missing(string why) =>
        DoctorFact.Missing(Name, true, why, "A firewall or a full port range (TCP and UDP from 16572) stands between this machine and itself: allow loopback traffic.");
}
