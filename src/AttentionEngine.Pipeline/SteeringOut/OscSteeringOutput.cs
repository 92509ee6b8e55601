using System.Net.Sockets;
using System.Text;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Formats;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.SteeringOut;

/// <summary>
/// The rig's OSC messages over UDP, once a tick: a bundle, or a datagram for each message. A message that tells of the attended talker is left
/// out while there is none. A receiver that is not there costs nothing but a count.
/// </summary>
public sealed class OscSteeringOutput : ISteeringOutput
{
    private const int MostBytes = 8192; // far below what a datagram takes
    private readonly record struct Message(byte[] Address, byte[] Types, SteeringValue[] Values, int Talker, bool NeedsAttended);

    private readonly Socket _socket;
    private readonly OscWriter _writer = new(65536);
    private readonly Message[] _messages;
    private readonly byte[][] _ids;
    private readonly bool _bundle;
    private long _failed;

    public OscSteeringOutput(SteeringOscSettings settings, IReadOnlyList<string> talkerIds)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(talkerIds);
        _bundle = settings.Bundle;
        string[] parts = [.. talkerIds.Select(OscWriter.AddressPart)];
        _ids = [.. parts.Select(Encoding.ASCII.GetBytes)];
        _messages = [.. settings.Messages.SelectMany(m => m.PerTalker ? parts.Select((id, k) => Make(m, m.Address.Replace("{id}", id, StringComparison.Ordinal), k)) : [Make(m, m.Address, -1)])];
        int bytes = _messages.Sum(m => m.Address.Length + m.Types.Length + 4 * m.Values.Length + 16 + (m.Values.Contains(SteeringValue.AttendedId) ? _ids.Max(i => i.Length) : 0));
        if (bytes > MostBytes) throw new ConfigurationException($"the OSC messages of the rig's steering_out come to {bytes} bytes for {talkerIds.Count} talkers; at most {MostBytes} fit. Send fewer values, or shorten addresses.");
        _socket = new Socket(settings.Target.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try { _socket.Connect(settings.Target); } // fixes the address: nothing is sent yet
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new ConfigurationException($"steering_out.osc: {settings.Target} cannot be reached from here ({e.Message}). Give the receiver's address, or 127.0.0.1.", e);
        }
    }

    public string Name => "OSC steering";
    public long Failed => Volatile.Read(ref _failed);

    public void Send(TickRecord record, TalkerScene scene, SteeringCommand command)
    {
        if (_bundle) _writer.Begin(bundle: true);
        foreach (ref readonly var message in _messages.AsSpan())
        {
            if (message.NeedsAttended && record.Attended < 0) continue;
            if (!_bundle) _writer.Begin(bundle: false);
            _writer.Message(message.Address, message.Types);
            foreach (var value in message.Values) Argument(value, message.Talker, record, scene, command);
            if (!_bundle) Transmit();
        }
        if (_bundle) Transmit();
    }

    public void Dispose() => _socket.Dispose();

    private void Transmit()
    {
        _socket.Send(_writer.End(), SocketFlags.None, out var error);
        if (error != SocketError.Success) Volatile.Write(ref _failed, _failed + 1);
    }

    private void Argument(SteeringValue value, int talker, TickRecord record, TalkerScene scene, SteeringCommand command)
    {
        switch (value)
        {
            case SteeringValue.AttendedId: _writer.Text(_ids[record.Attended]); break;
            case SteeringValue.AttendedIndex: _writer.Int(record.Attended); break;
            case SteeringValue.Attended: _writer.Int(record.Attended == talker ? 1 : 0); break;
            case SteeringValue.AmbientGain: _writer.Float(command.AmbientGain); break;
            case SteeringValue.AmbientGainDb: _writer.Float(Db(command.AmbientGain)); break;
            case SteeringValue.AttendedAzimuthDeg: _writer.Float(Degrees(scene.Talkers[record.Attended].DirectionHead.AzimuthRad)); break;
            default: _writer.Float(OfTalker(value, talker, record, scene.Talkers[talker], command)); break;
        }
    }

    private static float OfTalker(SteeringValue value, int talker, TickRecord record, TalkerTrack track, SteeringCommand command) => value switch
    {
        SteeringValue.AzimuthDeg => Degrees(track.DirectionHead.AzimuthRad),
        SteeringValue.ElevationDeg => Degrees(track.DirectionHead.ElevationRad),
        SteeringValue.RoomAzimuthDeg => Degrees(track.DirectionRoom.AzimuthRad),
        SteeringValue.RoomElevationDeg => Degrees(track.DirectionRoom.ElevationRad),
        SteeringValue.DirectionX => (float)track.DirectionHead.X,
        SteeringValue.DirectionY => (float)track.DirectionHead.Y,
        SteeringValue.DirectionZ => (float)track.DirectionHead.Z,
        SteeringValue.RoomDirectionX => (float)track.DirectionRoom.X,
        SteeringValue.RoomDirectionY => (float)track.DirectionRoom.Y,
        SteeringValue.RoomDirectionZ => (float)track.DirectionRoom.Z,
        SteeringValue.Gain => command.Gains[talker],
        SteeringValue.GainDb => Db(command.Gains[talker]),
        SteeringValue.Probability => record.Posterior[talker],
        _ => throw new InvalidOperationException($"{value} is not a talker's"),
    };

    private static Message Make(SteeringOscMessage message, string address, int talker)
    {
        SteeringValue[] values = [.. message.Values];
        byte[] types = [.. values.Select(v => v switch { SteeringValue.AttendedId => (byte)'s', SteeringValue.AttendedIndex or SteeringValue.Attended => (byte)'i', _ => (byte)'f' })];
        return new Message(Encoding.ASCII.GetBytes(address), types, values, talker, values.Any(v => v is SteeringValue.AttendedId or SteeringValue.AttendedAzimuthDeg));
    }

    private static float Degrees(double radians) => (float)Angles.ToDegrees(radians);

    // Silence is -120 dB: receivers of text protocols stumble over infinities.
    private static float Db(float gain) => 20 * MathF.Log10(MathF.Max(1e-6f, gain));
}
