using AttentionEngine.Attention.Features;
using AttentionEngine.Core.Dsp;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Attention.Eeg;

/// <summary>
/// Whose envelope the EEG follows: reconstructs an envelope from EEG and compares it with each talker's, streaming. Envelopes and EEG
/// may come in any chunks and order; each grid sample is used once, when both sides have it. No allocation after construction.
/// </summary>
public sealed class EegDecoder
{
    private const int Capacity = 512;       // envelope samples kept, 8 s
    private const double ScaleS = 10;       // window of the running variances
    private const double SilentShare = 0.1; // a talker's scale is at least this share of the largest: silence must not be blown up
    private static readonly double[] WindowS = [1, 3, 8];

    private readonly int _talkers;
    private readonly EnvelopeReconstruction _reconstruction;
    private readonly BiquadCascade _bandPass;
    private readonly float[] _envelopes;    // [Capacity × K] band-passed
    private readonly double[] _envelopeVar, _product05, _product2, _cross, _power, _sum, _evidence;
    private readonly double[] _own = new double[WindowS.Length], _keep = new double[WindowS.Length];
    private readonly double _keepScale, _keep05, _keep2;
    private long _envelopeStart = long.MinValue, _envelopeEnd = long.MinValue, _next = long.MinValue;
    private double _reconstructedVar, _seen;
    private readonly double _natsPerProduct;
    private readonly DecoderAdaptation? _adaptation;
    private int _teacher = -1;
    private int _fresh;

    /// <param name="labels">Channel labels of the EEG stream, in its order.</param>
    /// <param name="rateHz">Nominal rate of the EEG stream, ≥ 64 Hz.</param>
    /// <exception cref="Core.Errors.ConfigurationException">The stream lacks a channel of the decoder.</exception>
    public EegDecoder(TemporalResponseFunction trf, int talkers, IReadOnlyList<string> labels, double rateHz)
    {
        _talkers = talkers;
        _natsPerProduct = trf.NatsPerProduct;
        if (trf.AdaptHalfLifeS > 0) _adaptation = new DecoderAdaptation(trf.Weights.Length, trf.AdaptHalfLifeS, SpeechEnvelope.GridRateHz);
        _reconstruction = new EnvelopeReconstruction(trf, labels, rateHz);
        _bandPass = new BiquadCascade(ButterworthDesign.BandPass(GridBandPass.Order, GridBandPass.LowHz, GridBandPass.HighHz, SpeechEnvelope.GridRateHz), talkers);
        _envelopes = new float[Capacity * talkers];
        (_envelopeVar, _product05, _product2, _sum, _evidence) = (new double[talkers], new double[talkers], new double[talkers], new double[talkers], new double[talkers]);
        _cross = new double[talkers * WindowS.Length];
        _power = new double[talkers * WindowS.Length];
        double step = 1 / SpeechEnvelope.GridRateHz;
        // An exponential window of time constant w / 2 holds as many samples as a rectangular one of w.
        for (int w = 0; w < WindowS.Length; w++) _keep[w] = FeatureMath.Keep(step, WindowS[w] / 2);
        (_keepScale, _keep05, _keep2) = (FeatureMath.Keep(step, ScaleS), FeatureMath.Keep(step, 0.5), FeatureMath.Keep(step, 2));
    }

    /// <summary>Share of good samples over the last 2 s, in [0, 1].</summary>
    public double Quality { get; private set; }

    /// <summary>Time of the newest EEG frame, LSL seconds; −infinity before the first.</summary>
    public double NewestS => _reconstruction.NewestS;

    /// <summary>Newest grid sample compared so far; sound at this time has met its EEG.</summary>
    public long ComparedTo => _next;

    /// <summary>How often adaptation has changed the weights.</summary>
    public int Adapted => _adaptation?.Changes ?? 0;

    /// <summary>Who is surely attended from here on, to learn from; −1: nobody. Without effect where the decoder's file asks for no adaptation.</summary>
    public void Teach(int talker) => _teacher = talker;

    public void AddEeg(EegChunk chunk) { _reconstruction.Add(chunk); Compare(); }

    /// <param name="envelope">[frames × K] on the grid, consecutive.</param>
    public void AddEnvelope(SpeechEnvelope envelope)
    {
        var samples = envelope.Samples;
        for (int i = 0; i < samples.Frames; i++)
        {
            long n = samples.FirstSample + i;
            var frame = samples.Frame(i);
            if (n != _envelopeEnd)
            {
                for (int k = 0; k < _talkers; k++) _bandPass.Settle(Finite(frame[k]), k);
                _envelopeStart = n;
            }
            for (int k = 0; k < _talkers; k++) _envelopes[Ring.Slot(n, Capacity) * _talkers + k] = (float)_bandPass.Step(Finite(frame[k]), k);
            _envelopeEnd = n + 1;
            _envelopeStart = Math.Max(_envelopeStart, _envelopeEnd - Capacity);
        }
        Compare();
    }

    /// <summary>Correlation of reconstruction and each talker's envelope in an exponential window as long as a rectangular one of 1, 3 or 8 s.</summary>
    /// <param name="window">0, 1 or 2.</param>
    public double Correlation(int window, int talker) =>
        _cross[window * _talkers + talker] / Math.Sqrt(_own[window] * _power[window * _talkers + talker] + 1e-30);

    /// <summary>Whether the decoder's file says what its evidence is worth.</summary>
    public bool IsCalibrated => _natsPerProduct > 0;

    /// <summary>
    /// Evidence since the last call, nats; a posterior over talkers is the softmax of its running sum. Each grid sample counts once, so that
    /// increments add up however time is cut. Exactly 0 where nothing new was compared or the decoder is not calibrated.
    /// </summary>
    /// <param name="nats">[K]</param>
    public void TakeEvidence(Span<float> nats)
    {
        for (int k = 0; k < _talkers; k++)
        {
            nats[k] = (float)(_natsPerProduct * _evidence[k]);
            _evidence[k] = 0;
        }
    }

    /// <summary>Writes the talkers' features and starts the next tick.</summary>
    /// <param name="features">[talkers × F]</param>
    /// <param name="dueSamples">Grid samples in a tick of this length.</param>
    public void Tick(double dueSamples, Span<float> features)
    {
        _adaptation?.Tick(_reconstruction.Weights);
        double mean = 0;
        for (int k = 0; k < _talkers; k++) mean += Math.Sqrt(_envelopeVar[k]) / _talkers;
        for (int k = 0; k < _talkers; k++)
        {
            var f = features.Slice(k * FeatureLayout.Count + FeatureLayout.EegStart, 9);
            f[0] = (float)Math.Clamp(_sum[k] / dueSamples, -4, 4);
            f[1] = (float)_product05[k];
            f[2] = (float)_product2[k];
            for (int w = 0; w < WindowS.Length; w++) f[3 + w] = (float)Math.Clamp(Correlation(w, k), -1, 1);
            f[6] = (float)Quality;
            f[7] = mean > 0 ? (float)Math.Clamp(Math.Sqrt(_envelopeVar[k]) / mean - 1, -2, 3) : 0;
            f[8] = (float)Math.Min(3, _fresh / dueSamples);
            _sum[k] = 0;
        }
        _fresh = 0;
    }

    /// <summary>Uses every grid sample that both sides have and that was not used yet.</summary>
    private void Compare()
    {
        if (_reconstruction.End == long.MinValue || _envelopeEnd == long.MinValue) return;
        long end = Math.Min(_reconstruction.End, _envelopeEnd);
        if (_next == long.MinValue || _next < _envelopeStart) _next = _envelopeStart;
        while (_next < end)
        {
            bool there = _reconstruction.TryGet(_next, out float reconstructed, out bool good);
            double keep = _keep2, quality = Quality;
            FeatureMath.Smooth(ref quality, there && good ? 1 : 0, keep);
            Quality = quality;
            if (there && good)
            {
                var envelopes = _envelopes.AsSpan(Ring.Slot(_next, Capacity) * _talkers, _talkers);
                Use(envelopes, reconstructed);
                if (_adaptation is not null && _teacher >= 0 && _envelopeVar[_teacher] > 0 && _reconstruction.TryGetRow(_next, _adaptation.Row))
                    _adaptation.Learn(envelopes[_teacher] / Math.Sqrt(_envelopeVar[_teacher]));
            }
            _next++;
        }
    }

    private void Use(ReadOnlySpan<float> envelopes, double reconstructed)
    {
        _fresh++;
        // Variances start as plain means: an exponential window would begin at zero.
        _seen = Math.Min(_seen + 1, 1e9);
        double keepScale = Math.Min(_keepScale, 1 - 1 / _seen);
        FeatureMath.Smooth(ref _reconstructedVar, reconstructed * reconstructed, keepScale);
        double largest = 0;
        for (int k = 0; k < _talkers; k++)
        {
            FeatureMath.Smooth(ref _envelopeVar[k], (double)envelopes[k] * envelopes[k], keepScale);
            largest = Math.Max(largest, _envelopeVar[k]);
        }
        for (int w = 0; w < WindowS.Length; w++) FeatureMath.Smooth(ref _own[w], reconstructed * reconstructed, _keep[w]);
        for (int k = 0; k < _talkers; k++)
        {
            double e = envelopes[k], variance = Math.Max(_envelopeVar[k], SilentShare * SilentShare * largest);
            double product = _seen < SpeechEnvelope.GridRateHz ? 0 : Math.Clamp(reconstructed * e / Math.Sqrt(_reconstructedVar * variance + 1e-30), -4, 4);
            _sum[k] += product;
            _evidence[k] += product;
            FeatureMath.Smooth(ref _product05[k], product, _keep05);
            FeatureMath.Smooth(ref _product2[k], product, _keep2);
            for (int w = 0; w < WindowS.Length; w++)
            {
                FeatureMath.Smooth(ref _cross[w * _talkers + k], reconstructed * e, _keep[w]);
                FeatureMath.Smooth(ref _power[w * _talkers + k], e * e, _keep[w]);
            }
        }
    }

    private static float Finite(float v) => float.IsFinite(v) ? v : 0;
}
