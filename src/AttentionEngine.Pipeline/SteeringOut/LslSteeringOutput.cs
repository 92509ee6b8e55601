using System.Globalization;
using System.Xml.Linq;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Core.Streams;
using AttentionEngine.Pipeline.Graph;

namespace AttentionEngine.Pipeline.SteeringOut;

/// <summary>
/// LSL stream of named talker angles and gains, one sample a tick, and on request a second one of one float32 channel: the index of the beam in
/// a bank that is nearest to the attended talker. (Hearing-aid platforms take such a stream as a variable that selects a steerable beam.) While nobody is attended the index stays.
/// </summary>
public sealed class LslSteeringOutput : ISteeringOutput
{
    private readonly IStreamOutlet _angles;
    private readonly IStreamOutlet? _indices;
    private readonly SteeringIndexBank? _bank;
    private readonly float[] _sample, _index = new float[1];
    private readonly double[] _timeS = new double[1];

    public LslSteeringOutput(SteeringLslSettings settings, string rig, IReadOnlyList<string> talkerIds, double tickMs, IStreamTransport transport)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(talkerIds);
        ArgumentNullException.ThrowIfNull(transport);
        _bank = settings.IndexBank;
        _sample = new float[3 * talkerIds.Count + 2];
        _angles = transport.CreateOutlet(new StreamInfo
        {
            Name = settings.Name, Type = "Steering", ChannelCount = _sample.Length, NominalRateHz = 1000 / tickMs, Format = ChannelFormat.Float32, SourceId = $"attend-steering-{rig}",
            Desc = StreamInfo.DescOf(
                talkerIds.SelectMany(id => new[] { ($"{id}_Azimuth", "Angle", "degrees"), ($"{id}_Elevation", "Angle", "degrees"), ($"{id}_Gain", "Gain", "1") }).Append(("AmbientGain", "Gain", "1")).Append(("AttendedAzimuth", "Angle", "degrees")),
                new XElement("reference_frame", "HEAD: azimuth from front, left positive; elevation up positive")),
        }, new OutletOptions());
        if (_bank is null) return;
        _index[0] = _bank.Nearest(0);
        _indices = transport.CreateOutlet(new StreamInfo
        {
            Name = _bank.StreamName, Type = "Steering", ChannelCount = 1, NominalRateHz = 1000 / tickMs, Format = ChannelFormat.Float32, SourceId = $"attend-steering-index-{rig}",
            Desc = StreamInfo.DescOf([("Index", "Index", "1")], new XElement("bank", new XElement("first_deg", Number(_bank.FirstDeg)), new XElement("step_deg", Number(_bank.StepDeg)), new XElement("count", Number(_bank.Count)))),
        }, new OutletOptions());
    }

    public string Name => "LSL steering";
    public long Failed => 0; // a consumer that falls behind loses the oldest samples, and LSL tells it

    public void Send(TickRecord record, TalkerScene scene, SteeringCommand command)
    {
        for (int k = 0; k < command.Count; k++)
        {
            _sample[3 * k] = (float)Angles.ToDegrees(record.DirectionHeadRad[2 * k]);
            _sample[3 * k + 1] = (float)Angles.ToDegrees(record.DirectionHeadRad[2 * k + 1]);
            _sample[3 * k + 2] = command.Gains[k];
        }
        _sample[^2] = command.AmbientGain;
        _sample[^1] = record.Attended < 0 ? float.NaN : _sample[3 * record.Attended];
        _timeS[0] = record.TimeS;
        _angles.Push<float>(_sample, _timeS);
        if (_indices is null) return;
        if (record.Attended >= 0) _index[0] = _bank!.Nearest(_sample[^1]);
        _indices.Push<float>(_index, _timeS);
    }

    public void Dispose()
    {
        _angles.Dispose();
        _indices?.Dispose();
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
