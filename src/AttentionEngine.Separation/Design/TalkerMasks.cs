using System.Numerics;
using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Separation.Design;

/// <summary>
/// Who owns each time-frequency bin: posterior of K talkers and "diffuse" under complex angular central Gaussian models (Ito, Araki &amp;
/// Nakatani 2016), log p = −log det B − M log(xᴴB⁻¹x), with a prior per class that follows how much of recent frames it owned. Only
/// direction counts, not level: loud and soft bins are told apart alike.
/// </summary>
internal sealed class TalkerMasks
{
    private const double PriorMemory = 0.7, LowestPrior = 0.002, SilentPower = 1e-14;
    private const double White = 0.005, DiffuseWhite = 0.1; // of trace/M: sensor noise and errors of the covariances
    private const double NeighbourWeight = 0.4, LastFrameWeight = 0.9; // speech owns patches of time and frequency, not single bins
    private const int FirstBin = 4; // below, all directions look alike to a head-sized array

    private readonly int _microphones, _bins;
    private readonly Complex[][] _factor;       // [K + 1][bins × M × M] Cholesky factors
    private readonly double[][] _logDeterminant; // [K + 1][bins]
    private readonly double[] _prior;
    private readonly double[] _scaled;
    private readonly double[][] _last; // [K + 1][bins] log-likelihoods of the frame before

    public TalkerMasks(int microphones, int bins, int maxTalkers)
    {
        (_microphones, _bins) = (microphones, bins);
        _factor = new Complex[maxTalkers + 1][];
        _logDeterminant = new double[maxTalkers + 1][];
        Masks = new double[maxTalkers + 1][];
        for (int c = 0; c <= maxTalkers; c++)
        {
            _factor[c] = new Complex[bins * microphones * microphones];
            _logDeterminant[c] = new double[bins];
            Masks[c] = new double[bins];
        }
        _prior = new double[maxTalkers + 1];
        _scaled = new double[maxTalkers + 1];
        _last = [.. Enumerable.Range(0, maxTalkers + 1).Select(_ => new double[bins])];
    }

    /// <summary>[K + 1][bins] of the last frame; sums to 1 over the classes in use.</summary>
    public double[][] Masks { get; }

    /// <summary>[K + 1] share of recent frames.</summary>
    public ReadOnlySpan<double> Priors => _prior;

    public void Reset(int classes)
    {
        _prior.AsSpan(0, classes).Fill(1.0 / classes);
        foreach (double[] last in _last) Array.Clear(last);
    }

    /// <summary>Takes the classes' covariances for the frames to come.</summary>
    /// <param name="covariance">[K + 1][bins × M × M] lower triangles.</param>
    public void Prepare(Complex[][] covariance, int classes)
    {
        int square = _microphones * _microphones;
        for (int c = 0; c < classes; c++)
        {
            covariance[c].CopyTo(_factor[c], 0);
            for (int b = 0; b < _bins; b++)
            {
                var factor = _factor[c].AsSpan(b * square, square);
                for (int m = 0; m < _microphones; m++) factor[m * _microphones + m] += c == classes - 1 ? DiffuseWhite : White;
                if (!HermitianSolver.Factorise(factor, _microphones)) throw new InvalidOperationException($"the covariance of class {c}, bin {b} is not positive definite");
                double product = 1;
                for (int m = 0; m < _microphones; m++) product *= factor[m * _microphones + m].Real;
                _logDeterminant[c][b] = -2 * ExactMath.Log(product);
            }
        }
    }

    /// <summary>Fills <see cref="Masks"/> for a frame and moves the priors.</summary>
    /// <param name="spectrum">[bins × M].</param>
    public void Classify(ReadOnlySpan<Complex> spectrum, int classes)
    {
        // The log-likelihoods first (kept in Masks), the priors from them, then the masks under the new priors.
        for (int b = 0; b < _bins; b++)
        {
            var x = spectrum.Slice(b * _microphones, _microphones);
            for (int c = 0; c < classes; c++)
            {
                double quadratic = Whitened(_factor[c].AsSpan(b * _microphones * _microphones), x);
                Masks[c][b] = quadratic > SilentPower ? -_logDeterminant[c][b] - _microphones * ExactMath.Log(quadratic) : double.NaN;
            }
        }
        for (int c = 0; c < classes; c++) AddPatch(Masks[c], _last[c]);
        Span<double> share = stackalloc double[classes];
        share.Clear();
        int counted = 0;
        for (int b = FirstBin; b < _bins; b++)
        {
            if (!Posterior(b, classes)) continue;
            counted++;
            for (int c = 0; c < classes; c++) share[c] += _scaled[c];
        }
        if (counted > 0) MovePriors(share, counted);
        for (int b = 0; b < _bins; b++)
        {
            bool sounds = Posterior(b, classes);
            for (int c = 0; c < classes; c++) Masks[c][b] = sounds ? _scaled[c] : c == classes - 1 ? 1 : 0;
        }
    }

    /// <summary>Adds to each bin's log-likelihood those of its neighbours and of itself a frame ago: they mostly have the same owner.</summary>
    private void AddPatch(double[] now, double[] last)
    {
        double below = double.NaN;
        for (int b = 0; b < _bins; b++)
        {
            double here = now[b], above = b + 1 < _bins ? now[b + 1] : double.NaN, sum = here;
            if (!double.IsNaN(below)) sum += NeighbourWeight * below;
            if (!double.IsNaN(above)) sum += NeighbourWeight * above;
            if (!double.IsNaN(last[b])) sum += LastFrameWeight * last[b];
            (below, last[b]) = (here, here);
            now[b] = sum; // NaN stays NaN: silence has no owner
        }
    }

    private void MovePriors(ReadOnlySpan<double> share, int counted)
    {
        double sum = 0;
        for (int c = 0; c < share.Length; c++)
        {
            _prior[c] = Math.Max(LowestPrior, PriorMemory * _prior[c] + (1 - PriorMemory) * share[c] / counted);
            sum += _prior[c];
        }
        for (int c = 0; c < share.Length; c++) _prior[c] /= sum;
    }

    // Posterior of one bin from the log-likelihoods in Masks, into _scaled; false where there is no sound.
    private bool Posterior(int b, int classes)
    {
        double best = double.NegativeInfinity, sum = 0;
        for (int c = 0; c < classes; c++)
        {
            if (double.IsNaN(Masks[c][b])) return false;
            best = Math.Max(best, Masks[c][b]);
        }
        for (int c = 0; c < classes; c++) sum += _scaled[c] = _prior[c] * ExactMath.Exp(Masks[c][b] - best);
        for (int c = 0; c < classes; c++) _scaled[c] /= sum;
        return true;
    }

    // xᴴB⁻¹x by forward substitution.
    private double Whitened(ReadOnlySpan<Complex> factor, ReadOnlySpan<Complex> x)
    {
        Span<Complex> y = stackalloc Complex[_microphones];
        double sum = 0;
        for (int i = 0; i < _microphones; i++)
        {
            Complex value = x[i];
            for (int k = 0; k < i; k++) value -= factor[i * _microphones + k] * y[k];
            y[i] = value * factor[i * _microphones + i].Real;
            sum += HermitianSolver.Norm(y[i]);
        }
        return sum;
    }
}
