namespace AttentionEngine.Core.Time;

/// <summary>What <see cref="SampleClockFitter.Add"/> found between the samples before and the first sample of a call.</summary>
/// <param name="MissingSamples">Samples that were lost (or, when detected late, that had been lost shortly before); 0 when none.</param>
/// <param name="Reset">Whether the stamps jumped so that the clock was fitted anew.</param>
public readonly record struct SampleClockChange(long MissingSamples, bool Reset)
{
    public bool IsNone => MissingSamples == 0 && !Reset;
}

/// <summary>
/// Fits a stream's sample index against its time stamps as they come: effective rate, jitter removal, gaps. A two-state Kalman filter
/// (time of the present index, period), one update per call or per unbroken run in it, because the stamps of one chunk share their
/// error. The measured jitter sets its gain. A step of the stamps that lasts is lost samples: steps above 40 ms (and eight
/// deviations) count at once, since hosts freeze for less; smaller ones by a cumulative-sum test after at least 0.15 s. The time line is
/// kept and the index moves on by what was lost, so stamps are right from the first sample after the gap. Allocates nothing; not
/// thread-safe.
/// </summary>
public sealed class SampleClockFitter
{
    private const double ResetS = 1, ImmediateS = 0.04, ConfirmS = 0.15;
    private const double RatePriorSd = 2e-3, RateWalk = 1e-7, OffsetWalkS = 1e-6;
    private const double AlarmLogRatio = 20;
    private const int SettledRuns = 32;
    private readonly double _nominalPeriodS;
    // State: time of index _index, period; covariance.
    private long _index = -1;
    private double _timeS, _periodS, _p00, _p01, _p11;
    private double _jitterS = 2e-3;
    private long _runs;
    // Cumulative sums of both signs, with the mean of what they have seen.
    private StepTest _later, _earlier;
    private double _lastOutS = double.NegativeInfinity;

    /// <param name="nominalRateHz">Declared rate, &gt; 0; the true one may differ by some tenths of a percent.</param>
    public SampleClockFitter(double nominalRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(nominalRateHz);
        _nominalPeriodS = 1 / nominalRateHz;
    }

    /// <summary>Index of the newest sample; −1 before the first. Counts lost samples too.</summary>
    public long Index => _index;

    /// <summary>Samples found missing so far, and times the clock was fitted anew after a jump.</summary>
    public long Missing { get; private set; }
    public int Resets { get; private set; }

    /// <summary>Measured jitter of the stamps, standard deviation in seconds.</summary>
    public double JitterS => _jitterS;

    /// <summary>Samples a second of the stamps' clock; the declared rate before the second run of samples.</summary>
    public double RateHz => _index < 0 ? 1 / _nominalPeriodS : 1 / _periodS;

    /// <summary>The present relation of index and time; its uncertainty is the fit's (three deviations), without that of the clock offset.</summary>
    /// <exception cref="InvalidOperationException">No sample has come yet.</exception>
    public SampleClock Clock => _index < 0
        ? throw new InvalidOperationException("A sample clock has no time before the first sample.")
        : new SampleClock(_index, StreamTime.FromSeconds(_timeS), 1 / _periodS, 3 * Math.Sqrt(_p00));

    /// <summary>Samples that the source itself says it lost before the next ones: the index moves on, and nothing has to be found out from the stamps.</summary>
    public void Skip(long samples)
    {
        if (_index < 0 || samples <= 0) return;
        Missing += samples;
        Predict(samples);
        ClearTests();
    }

    /// <summary>Takes the next samples of the stream.</summary>
    /// <param name="stampsS">[frames] time stamps, seconds, all on one clock.</param>
    /// <param name="smoothedS">[frames] receives the fitted times, never decreasing.</param>
    /// <returns>What was found before or in these samples.</returns>
    public SampleClockChange Add(ReadOnlySpan<double> stampsS, Span<double> smoothedS)
    {
        long missing = Missing;
        int resets = Resets;
        for (int start = 0; start < stampsS.Length;)
        {
            int end = start + 1;
            while (end < stampsS.Length && Math.Abs(stampsS[end] - stampsS[end - 1] - _nominalPeriodS) < ImmediateS) end++;
            AddRun(stampsS[start..end], smoothedS[start..end]);
            start = end;
        }
        return new SampleClockChange(Missing - missing, Resets != resets);
    }

    private void AddRun(ReadOnlySpan<double> stampsS, Span<double> smoothedS)
    {
        int frames = stampsS.Length;
        if (_index < 0)
        {
            Anchor(stampsS[0], 0);
            (_periodS, _p11) = (_nominalPeriodS, Square(RatePriorSd * _nominalPeriodS));
        }
        else
        {
            Predict(1);
        }
        double innovationS = MeanResidual(stampsS);
        if (!double.IsFinite(innovationS)) { Emit(smoothedS, frames); return; }
        double deviationS = Math.Sqrt(_p00 + _jitterS * _jitterS);
        if (Math.Abs(innovationS) > ResetS || (innovationS < -ImmediateS && innovationS < -8 * deviationS)) innovationS = Jump(innovationS, stampsS);
        else if (innovationS > ImmediateS && innovationS > 8 * deviationS && _runs > 8) innovationS = SkipLost(innovationS);
        else if (TestForStep(innovationS, frames, out double stepS)) innovationS = TakeStep(innovationS, stepS);
        Update(innovationS, frames);
        Emit(smoothedS, frames);
    }

    /// <summary>A break of more than a second, or backwards: keeps the rate, takes the time from the stamps.</summary>
    private double Jump(double innovationS, ReadOnlySpan<double> stampsS)
    {
        long lost = innovationS > 0 ? (long)Math.Round(Math.Min(innovationS / _periodS, 1e15)) : 0;
        Missing += lost;
        if (innovationS < 0 || innovationS > 3600) Resets++;
        Anchor(stampsS[0], _index + lost);
        if (innovationS < 0) _lastOutS = double.NegativeInfinity;
        return MeanResidual(stampsS);
    }

    private double SkipLost(double innovationS)
    {
        long lost = (long)Math.Round(innovationS / _periodS);
        Missing += lost;
        Predict(lost);
        ClearTests();
        double restS = innovationS - lost * _periodS;
        // Jitter may have tipped the rounding: the time is the mean over both counts, weighted by how likely each is, until the next stamps tell.
        double variance = _p00 + _jitterS * _jitterS;
        if (_periodS * _periodS < 4 * variance) return restS; // Samples are denser than the jitter: a count more or less is nothing.
        double other = 1 / (1 + Math.Exp(Math.Min(700, (_periodS * _periodS - 2 * Math.Abs(restS) * _periodS) / (2 * variance))));
        double shiftS = Math.Sign(restS) * other * _periodS;
        _timeS += shiftS;
        _p00 += other * (1 - other) * _periodS * _periodS;
        return restS - shiftS;
    }

    private bool TestForStep(double innovationS, int frames, out double stepS)
    {
        // The smallest step worth finding: one sample, or half the jitter where samples are denser than that.
        double smallestS = Math.Max(_periodS, _jitterS / 2), spanS = frames * _periodS;
        double clipped = Math.Clamp(innovationS, -3 * _jitterS - smallestS, 3 * _jitterS + smallestS);
        bool alarm = _later.Add(clipped, innovationS, smallestS, _jitterS, spanS) | _earlier.Add(-clipped, -innovationS, smallestS, _jitterS, spanS);
        stepS = 0;
        if (!alarm) return false;
        stepS = _later.LogRatio > _earlier.LogRatio ? _later.MeanS : -_earlier.MeanS;
        ClearTests();
        return true;
    }

    /// <summary>Lost samples move the index; what is less than a sample, or backwards, or seen before the fit has settled, widens the filter so that it follows.</summary>
    private double TakeStep(double innovationS, double stepS)
    {
        long lost = (long)Math.Round(stepS / _periodS);
        if (lost > 0 && _runs >= SettledRuns)
        {
            Missing += lost;
            Predict(lost);
            return innovationS - lost * _periodS;
        }
        _p00 += stepS * stepS;
        return innovationS;
    }

    private void Anchor(double timeS, long index)
    {
        (_index, _timeS) = (index, timeS);
        (_p00, _p01) = (_jitterS * _jitterS, 0);
        ClearTests();
    }

    private void ClearTests()
    {
        _later = default;
        _earlier = default;
    }

    /// <summary>Moves the state on by samples, with the wander of the clock over that time.</summary>
    private void Predict(long samples)
    {
        double n = samples, spanS = n * _periodS;
        _index += samples;
        _timeS += spanS;
        _p00 += 2 * n * _p01 + n * n * _p11 + Square(OffsetWalkS) * spanS;
        _p01 += n * _p11;
        _p11 += Square(RateWalk * _periodS) * spanS;
    }

    /// <summary>Mean of stamp − prediction over a run whose first sample the state stands at.</summary>
    private double MeanResidual(ReadOnlySpan<double> stampsS)
    {
        double sum = 0;
        for (int i = 0; i < stampsS.Length; i++) sum += stampsS[i] - (_timeS + i * _periodS);
        return sum / stampsS.Length;
    }

    /// <summary>One measurement, the mean stamp, which lies (frames − 1)/2 samples after the state.</summary>
    private void Update(double innovationS, int frames)
    {
        double h = (frames - 1) / 2.0;
        double c0 = _p00 + h * _p01, c1 = _p01 + h * _p11;
        double predicted = c0 + h * c1;
        // A late stamp must not pull: beyond three deviations its influence stops growing.
        double limit = 3 * Math.Sqrt(predicted + _jitterS * _jitterS);
        double used = _runs < 8 ? innovationS : Math.Clamp(innovationS, -limit, limit);
        double s = predicted + _jitterS * _jitterS, g0 = c0 / s, g1 = c1 / s;
        _timeS += g0 * used;
        _periodS += g1 * used;
        _p00 -= g0 * c0;
        _p01 -= g0 * c1;
        _p11 -= g1 * c1;
        _runs++;
        // E|x| of a normal is 0.798 deviations. What the filter itself does not know is no jitter.
        double seen = Math.Min(Math.Abs(used), 4 * _jitterS) / 0.798;
        double rate = 1.0 / Math.Min(_runs + 4, 256);
        if (predicted < _jitterS * _jitterS || _runs > 64) _jitterS = Math.Max(1e-5, _jitterS + rate * (seen - _jitterS));
    }

    /// <summary>Gives the fitted times and moves the state to the run's last sample.</summary>
    private void Emit(Span<double> smoothedS, int frames)
    {
        for (int i = 0; i < frames; i++) smoothedS[i] = _lastOutS = Math.Max(_lastOutS, _timeS + i * _periodS);
        if (frames > 1) Predict(frames - 1);
    }

    private static double Square(double x) => x * x;

    /// <summary>Page's cumulative sum: log-likelihood ratio of "later by a step" against "as predicted".</summary>
    private struct StepTest
    {
        private double _sumS, _spanS;
        private long _count;

        public double LogRatio { get; private set; }
        public readonly double MeanS => _count > 0 ? _sumS / _count : 0;

        public bool Add(double clippedS, double rawS, double stepS, double deviationS, double spanS)
        {
            LogRatio += stepS * (clippedS - stepS / 2) / (deviationS * deviationS);
            if (LogRatio <= 0)
            {
                this = default;
                return false;
            }
            _sumS += rawS;
            _count++;
            _spanS += spanS;
            return LogRatio > AlarmLogRatio && _spanS >= ConfirmS && _count >= 4;
        }
    }
}
