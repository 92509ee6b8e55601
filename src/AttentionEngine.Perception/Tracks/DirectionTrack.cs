using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Perception.Tracks;

public enum TrackState { Tentative, Confirmed }

/// <summary>
/// A direction that moves: azimuth with its rate and elevation, ROOM, by a Kalman filter. The rate fades within seconds, so that a track that
/// is not seen does not run away. Azimuth is scaled by the cosine of the elevation: made for talkers within 60 degrees of the horizon.
/// </summary>
public sealed class DirectionTrack
{
    private const double RateMemoryS = 4, RateSdRadPerS = 0.12, RestRadPerSqrtS = 0.035, RestS = 0.3, FirstRateSdRadPerS = 0.5, ElevationDriftRadPerSqrtS = 0.05, UnknownElevationSdRad = 0.3, MostSdRad = 0.2;
    private double _pAzimuth, _pCross, _pRate, _pElevation;

    public int Id { get; private set; }
    public TrackState State { get; internal set; }
    public double AzimuthRoomRad { get; private set; }
    public double RateRadPerS { get; private set; }
    public double ElevationRoomRad { get; private set; }

    /// <summary>When it was last measured, seconds.</summary>
    public double LastSeenS { get; internal set; }

    /// <summary>When it began.</summary>
    public double BornS { get; private set; }

    /// <summary>Seconds since it was last measured in which it lay behind another track that was.</summary>
    public double HiddenS { get; internal set; }

    /// <summary>Measurements of the last second, fading.</summary>
    internal double Hits { get; set; }

    public double AzimuthSdRad => Math.Sqrt(_pAzimuth);
    public Vector3D DirectionRoom => Vector3D.FromAzimuthElevation(AzimuthRoomRad, ElevationRoomRad);

    internal void Start(int id, double timeS, in DirectionMeasurement first)
    {
        (Id, State, BornS, LastSeenS, HiddenS, Hits) = (id, TrackState.Tentative, timeS, timeS, 0, 1);
        (AzimuthRoomRad, RateRadPerS) = (first.DirectionRoom.AzimuthRad, 0);
        ElevationRoomRad = first.HasElevation ? first.DirectionRoom.ElevationRad : 0;
        (_pAzimuth, _pCross, _pRate) = (first.SdRad * first.SdRad, 0, FirstRateSdRadPerS * FirstRateSdRadPerS);
        _pElevation = first.HasElevation ? first.SdRad * first.SdRad : UnknownElevationSdRad * UnknownElevationSdRad;
    }

    internal void Predict(double dtS)
    {
        double fade = ExactMath.Exp(-dtS / RateMemoryS), move = RateMemoryS * (1 - fade), noise = RateSdRadPerS * RateSdRadPerS * (1 - fade * fade);
        AzimuthRoomRad = Angles.WrapRad(AzimuthRoomRad + move * RateRadPerS);
        RateRadPerS *= fade;
        _pAzimuth += 2 * move * _pCross + move * move * _pRate + noise * dtS * dtS / 3;
        if (_pAzimuth > MostSdRad * MostSdRad) (_pAzimuth, _pCross) = (MostSdRad * MostSdRad, 0);
        else _pCross = fade * (_pCross + move * _pRate) + noise * dtS / 2;
        _pRate = fade * fade * _pRate + noise;
        _pElevation += ElevationDriftRadPerSqrtS * ElevationDriftRadPerSqrtS * dtS;
        Hits *= ExactMath.Exp(-dtS);
    }

    /// <summary>The step of a talker who is silent: people who are silent mostly stay.</summary>
    internal void Rest(double dtS)
    {
        RateRadPerS *= ExactMath.Exp(-dtS / RestS);
        AzimuthRoomRad = Angles.WrapRad(AzimuthRoomRad + dtS * RateRadPerS);
        (_pAzimuth, _pCross, _pRate) = (Math.Min(_pAzimuth + RestRadPerSqrtS * RestRadPerSqrtS * dtS, MostSdRad * MostSdRad), 0, FirstRateSdRadPerS * FirstRateSdRadPerS);
        Hits *= ExactMath.Exp(-dtS);
    }

    /// <summary>Square of the distance in standard deviations, and the variance that it was taken with.</summary>
    internal (double Square, double Variance) Distance(in DirectionMeasurement m)
    {
        double azimuth = Angles.WrapRad(m.DirectionRoom.AzimuthRad - AzimuthRoomRad), variance = _pAzimuth + m.SdRad * m.SdRad, square = azimuth * azimuth / variance;
        if (!m.HasElevation) return (square, variance);
        double elevation = m.DirectionRoom.ElevationRad - ElevationRoomRad;
        return (square + elevation * elevation / (_pElevation + m.SdRad * m.SdRad), variance);
    }

    /// <summary>Takes over the name of a talker who was silent and is heard again.</summary>
    internal void BecomeAgain(DirectionTrack silent) => (Id, BornS, State) = (silent.Id, silent.BornS, TrackState.Confirmed);

    /// <param name="moreVariance">Of the azimuth, rad²: where it is not sure that this measurement is this track's alone.</param>
    internal void Correct(in DirectionMeasurement m, double moreVariance)
    {
        double r = m.SdRad * m.SdRad + moreVariance, s = _pAzimuth + r, error = Angles.WrapRad(m.DirectionRoom.AzimuthRad - AzimuthRoomRad);
        double gain = _pAzimuth / s, rateGain = _pCross / s;
        AzimuthRoomRad = Angles.WrapRad(AzimuthRoomRad + gain * error);
        RateRadPerS += rateGain * error;
        _pRate -= rateGain * _pCross;
        _pCross *= 1 - gain;
        _pAzimuth *= 1 - gain;
        if (!m.HasElevation) return;
        double up = _pElevation / (_pElevation + r);
        ElevationRoomRad += up * (m.DirectionRoom.ElevationRad - ElevationRoomRad);
        _pElevation *= 1 - up;
    }
}

/// <param name="DirectionRoom">Unit vector, ROOM.</param>
/// <param name="SdRad">Standard deviation, radians; more than 0.</param>
/// <param name="HasElevation">False: only the azimuth was measured.</param>
public readonly record struct DirectionMeasurement(Vector3D DirectionRoom, double SdRad, bool HasElevation);
