using System.Net;
using System.Net.Sockets;
using AttentionEngine.Capture.Lsl;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Sessions;
using AttentionEngine.Core.Streams;
using AttentionEngine.Capture.Xdf;
using AttentionEngine.Pipeline.Graph;
using AttentionEngine.Pipeline.Live;
using AttentionEngine.Pipeline.Recording;
using AttentionEngine.Pipeline.SteeringOut;

namespace AttentionEngine.Tests.Pipeline.SteeringOut;

/// <summary>What other programs are told: received with an LSL inlet and a UDP socket.</summary>
[Collection("lsl")]
public sealed class SteeringOutputTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TempFolder _folder = new();
    private readonly Socket _receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
    private readonly string _prefix = $"steer{Environment.ProcessId}";

    public SteeringOutputTests() => _receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        _receiver.Dispose();
        _folder.Dispose();
    }

    private int Port => ((IPEndPoint)_receiver.LocalEndPoint!).Port;

    private Rig ReadRig(string steeringOut)
    {
        string file = _folder.File("rig.yaml");
        File.WriteAllText(file, TestPublisher.RigYaml(_prefix, Repository.Root).Replace("name: sim-bte4", $"name: {_prefix}", StringComparison.Ordinal) + "\n" + steeringOut);
        return RigReader.Read(file);
    }

    private Rig Full(bool bundle = true) => ReadRig($$"""
        steering_out:
          lsl: { name: steer, index_bank: { name: steer_index, first_deg: 90, step_deg: -10, count: 19 } }
          osc:
            port: {{Port}}
            bundle: {{(bundle ? "true" : "false")}}
            messages:
              - { address: "/scene/{id}/aed", values: [azimuth_deg, elevation_deg, gain_db] }
              - { address: /attended, values: [attended_id, attended_azimuth_deg] }
              - { address: /ambient, values: [ambient_gain, attended_index] }
        """);

    private static (TickRecord Record, TalkerScene Scene, SteeringCommand Command) Tick(int attended)
    {
        var scene = new TalkerScene(2) { Count = 2 };
        scene.Talkers[0].DirectionHead = Vector3D.FromAzimuthElevation(Angles.ToRadians(33), Angles.ToRadians(10));
        scene.Talkers[1].DirectionHead = Vector3D.FromAzimuthElevation(Angles.ToRadians(-47));
        var record = new TickRecord(2, 1) { TimeS = 12.5, Attended = attended };
        for (int k = 0; k < 2; k++)
        {
            record.DirectionHeadRad[2 * k] = (float)scene.Talkers[k].DirectionHead.AzimuthRad;
            record.DirectionHeadRad[2 * k + 1] = (float)scene.Talkers[k].DirectionHead.ElevationRad;
        }
        var command = new SteeringCommand(2);
        command.Attend(attended, 2, 0.25f);
        return (record, scene, command);
    }

    [Fact]
    public void Lsl_carries_named_angles_and_gains_and_the_index_of_the_banks_nearest_beam()
    {
        using var transport = new LslTransport();
        using var outputs = new SteeringOutputs(Full(), ["anna", "ben"], transport);
        using var angles = Open(transport, $"attend-steering-{_prefix}");
        using var indices = Open(transport, $"attend-steering-index-{_prefix}");
        Assert.Equal("steer", angles.Info.Name);
        Assert.Equal(["anna_Azimuth", "anna_Elevation", "anna_Gain", "ben_Azimuth", "ben_Elevation", "ben_Gain", "AmbientGain", "AttendedAzimuth"], angles.Info.ChannelLabels);
        Assert.Equal(("steer_index", 1, ChannelFormat.Float32), (indices.Info.Name, indices.Info.ChannelCount, indices.Info.Format));
        Assert.Equal("-10", indices.Info.Desc.Element("bank")!.Element("step_deg")!.Value);
        Assert.True(EngineStreams.IsOurs(angles.Info));

        float[] index = new float[1], sample = new float[8];
        double[] timeS = new double[1];
        foreach (var (attended, expected) in ((int, float)[])[(-1, 9), (1, 14), (0, 6), (-1, 6)]) // front at first; 90 − 10·14 = −50; 90 − 60 = 30; stays
        {
            var (record, scene, command) = Tick(attended);
            outputs.Send(record, scene, command);
            Assert.Equal(1, indices.Pull<float>(index, timeS, Patience));
            Assert.Equal(expected, index[0]);
            Assert.Equal(12.5, timeS[0]);
            Assert.Equal(1, angles.Pull<float>(sample, timeS, Patience));
            float attendedDeg = attended < 0 ? float.NaN : attended == 0 ? 33 : -47;
            float[] wanted = [33, 10, attended == 0 ? 0.75f : 0, -47, 0, attended == 1 ? 0.75f : 0, attended < 0 ? 1 : 0.25f, attendedDeg];
            for (int i = 0; i < 8; i++) Assert.Equal(wanted[i], sample[i], 1e-4f);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Osc_carries_the_rigs_messages_and_leaves_out_the_attended_talker_while_there_is_none(bool bundle)
    {
        using var osc = new OscSteeringOutput(Full(bundle).SteeringOut!.Osc!, ["anna", "ben b"]);
        var (record, scene, command) = Tick(1);
        osc.Send(record, scene, command);
        var got = Receive(bundle ? 1 : 4);
        Assert.Equal(["/scene/anna/aed", "/scene/ben_b/aed", "/attended", "/ambient"], got.Select(m => m.Address));
        Assert.Equal(33f, (float)got[0].Arguments[0], 1e-4f);
        Assert.Equal(10f, (float)got[0].Arguments[1], 1e-4f);
        Assert.Equal(-120f, (float)got[0].Arguments[2], 1e-4f);
        Assert.Equal(-2.4988f, (float)got[1].Arguments[2], 1e-3f); // 0.75
        Assert.Equal("ben_b", got[2].Arguments[0]);
        Assert.Equal(-47f, (float)got[2].Arguments[1], 1e-4f);
        Assert.Equal((0.25f, 1), ((float)got[3].Arguments[0], (int)got[3].Arguments[1]));

        (record, scene, command) = Tick(-1);
        osc.Send(record, scene, command);
        Assert.Equal(["/scene/anna/aed", "/scene/ben_b/aed", "/ambient"], Receive(bundle ? 1 : 3).Select(m => m.Address));
        Assert.Equal(0, osc.Failed);
    }

    [Fact]
    public void Sending_allocates_nothing_once_warm_and_a_missing_receiver_is_counted()
    {
        using var transport = new LslTransport();
        using var outputs = new SteeringOutputs(Full(), ["anna", "ben"], transport);
        var (record, scene, command) = Tick(1);
        for (int i = 0; i < 200; i++) outputs.Send(record, scene, command);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++) outputs.Send(record, scene, command);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        using var osc = new OscSteeringOutput(Full().SteeringOut!.Osc!, ["anna", "ben"]);
        _receiver.Close();
        for (int i = 0; i < 1000 && osc.Failed == 0; i++) { osc.Send(record, scene, command); Thread.Sleep(1); }
        Assert.True(osc.Failed > 0);
    }

    [Theory]
    [InlineData("osc: { port: 0, messages: [] }", "`steering_out.osc.port` is `0`")]
    [InlineData("osc: { host: studio, port: 9000, messages: [] }", "is `studio`, expected the IP address")]
    [InlineData("osc: { port: 9000, messages: [] }", "has 0 entries, expected 1 to 64")]
    [InlineData("osc: { port: 9000, messages: [ { address: talker, values: [gain] } ] }", "expected an OSC address such as /talker/{id}/azimuth")]
    [InlineData("osc: { port: 9000, messages: [ { address: /talker, values: [gain] } ] }", "has `gain`, which each talker has, but the address `/talker` names no talker")]
    [InlineData("osc: { port: 9000, messages: [ { address: /talker, values: [loudness] } ] }", "has `loudness`, expected some of azimuth_deg")]
    [InlineData("lsl: { index_bank: { first_deg: 0, step_deg: 5, count: 73 } }", "go round more than once; expected at most 72")]
    [InlineData("lsl: { index_bank: { first_deg: 0, step_deg: 0, count: 3 } }", "`steering_out.lsl.index_bank.step_deg` is 0")]
    [InlineData("lsl: { name: steering_index, index_bank: { first_deg: 0, step_deg: 5, count: 3 } }", "two streams need two names")]
    [InlineData("udp: { port: 1 }", "unknown key `steering_out.udp`")]
    public void A_wrong_key_is_named(string group, string reason) =>
        Assert.Contains(reason, Assert.Throws<ConfigurationException>(() => ReadRig("steering_out: { " + group + " }")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_rig_without_the_group_sends_nothing()
    {
        var rig = ReadRig("");
        Assert.Null(rig.SteeringOut);
        using var transport = new LslTransport();
        using var outputs = new SteeringOutputs(rig, ["anna"], transport);
        Assert.Empty(transport.Resolve(new StreamQuery(SourceId: $"attend-steering-{_prefix}"), TimeSpan.FromSeconds(0.3), 1, CancellationToken.None));
    }

    /// <summary>The whole live graph: two talkers at ±45 degrees.</summary>
    [Fact]
    public void A_live_run_sends_what_it_steers()
    {
        var rig = Full();
        var session = SessionFolder.Create(_folder.File("session"));
        SessionRig.Save(rig, session);
        using var publisher = new TestPublisher(_prefix);
        using var transport = new LslTransport();
        using var recording = new XdfWriter(session.Xdf);
        using var outlets = new OutletSink(transport);
        var run = new LiveRunner(RigReader.Read(session.Rig), transport, session, recording, outlets, new LiveOptions(2, 20)).Run(CancellationToken.None);
        Assert.Equal("completed", run.Ended);
        var bundles = Enumerable.Range(0, 50).Select(_ => Receive(1)).ToList(); // 2 s of ticks at 25 Hz, all in the socket's buffer
        Assert.All(bundles, b => Assert.Equal(["/scene/a/aed", "/scene/b/aed"], b.Take(2).Select(m => m.Address)));
        Assert.Equal(45f, (float)bundles[^1][0].Arguments[0], 0.5f);
        Assert.Equal(-45f, (float)bundles[^1][1].Arguments[0], 0.5f);
        Assert.Equal(0, _receiver.Available);
    }

    private static IStreamInlet Open(LslTransport transport, string sourceId)
    {
        var found = transport.Resolve(new StreamQuery(SourceId: sourceId), Patience, 1, CancellationToken.None);
        var inlet = transport.CreateInlet(Assert.Single(found), new InletOptions());
        inlet.Open(Patience, CancellationToken.None);
        return inlet;
    }

    private List<(string Address, object[] Arguments)> Receive(int datagrams)
    {
        var result = new List<(string, object[])>();
        var buffer = new byte[65536];
        for (int i = 0; i < datagrams; i++) result.AddRange(OscReader.Read(buffer.AsSpan(0, _receiver.Receive(buffer))));
        return result;
    }
}
