using System.Net;

namespace AttentionEngine.Core.Rigs;

/// <summary>Where the live engine sends what it steers to, for other programs; each part off unless the rig has it.</summary>
public sealed record SteeringOutSettings(SteeringLslSettings? Lsl, SteeringOscSettings? Osc);

/// <param name="Name">Of the LSL stream of angles and gains.</param>
/// <param name="IndexBank">Bank of fixed beams whose index goes out as a second stream, or null.</param>
public sealed record SteeringLslSettings(string Name, SteeringIndexBank? IndexBank);

/// <summary>A bank of beams at equal steps in azimuth, as hearing-aid platforms hold them.</summary>
/// <param name="StreamName">Of the LSL stream of one channel.</param>
/// <param name="FirstDeg">Azimuth of index 0, left positive.</param>
/// <param name="StepDeg">From one index to the next; negative for a bank that counts to the right.</param>
/// <param name="Count">Beams.</param>
public sealed record SteeringIndexBank(string StreamName, double FirstDeg, double StepDeg, int Count)
{
    /// <summary>Index of the beam nearest to an azimuth around the circle; of two at the same distance, the first.</summary>
    public int Nearest(double azimuthDeg)
    {
        int nearest = 0;
        double least = double.PositiveInfinity;
        for (int i = 0; i < Count; i++)
        {
            double away = Math.Abs(Math.IEEERemainder(azimuthDeg - FirstDeg - i * StepDeg, 360));
            if (away < least - 1e-9) (nearest, least) = (i, away);
        }
        return nearest;
    }
}

/// <param name="Target">Receiver's address and UDP port.</param>
/// <param name="Bundle">One datagram a tick that holds all messages, or one for each message.</param>
public sealed record SteeringOscSettings(IPEndPoint Target, bool Bundle, IReadOnlyList<SteeringOscMessage> Messages);

/// <summary>One message a tick, or one for each talker where the address holds <c>{id}</c>.</summary>
public sealed record SteeringOscMessage(string Address, IReadOnlyList<SteeringValue> Values)
{
    public bool PerTalker => Address.Contains("{id}", StringComparison.Ordinal);
}

/// <summary>What a message can hold. Directions are in HEAD unless said.</summary>
public enum SteeringValue
{
    AzimuthDeg, ElevationDeg, RoomAzimuthDeg, RoomElevationDeg, DirectionX, DirectionY, DirectionZ, RoomDirectionX, RoomDirectionY, RoomDirectionZ,
    Gain, GainDb, Probability, Attended,
    AmbientGain, AmbientGainDb, AttendedIndex, AttendedId, AttendedAzimuthDeg,
}
