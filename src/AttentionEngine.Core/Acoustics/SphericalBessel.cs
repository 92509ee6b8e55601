using AttentionEngine.Core.Dsp;

namespace AttentionEngine.Core.Acoustics;

/// <summary>Spherical Bessel functions j_m(x) and y_m(x) for real x &gt; 0, by recurrence in the stable direction.</summary>
internal static class SphericalBessel
{
    /// <param name="x">Argument, &gt; 0.</param>
    /// <param name="j">[orders] j_0 … ; upward recurrence where all orders are below x, else downward (Miller), normalised by j_0 or j_1.</param>
    /// <param name="y">[orders] y_0 … ; upward recurrence. Clamped at ±1e300, where the terms that use it have vanished.</param>
    public static void Fill(double x, Span<double> j, Span<double> y)
    {
        var (s, c) = ExactMath.SinCos(x);
        int orders = j.Length;
        y[0] = -c / x;
        y[1] = -c / (x * x) - s / x;
        for (int m = 2; m < orders; m++) y[m] = Math.Clamp((2 * m - 1) / x * y[m - 1] - y[m - 2], -1e300, 1e300);

        double j0 = s / x, j1 = s / (x * x) - c / x;
        if (x > orders)
        {
            (j[0], j[1]) = (j0, j1);
            for (int m = 2; m < orders; m++) j[m] = (2 * m - 1) / x * j[m - 1] - j[m - 2];
            return;
        }
        int start = orders + 16 + (int)x;
        double above = 0, here = 1e-300;
        for (int m = start; m > 0; m--)
        {
            if (m < orders) j[m] = here;
            double below = (2 * m + 1) / x * here - above;
            (above, here) = (here, below);
            if (Math.Abs(here) > 1e250) // keep in range: only ratios count
            {
                here *= 1e-250; above *= 1e-250;
                for (int i = m; i < orders; i++) j[i] *= 1e-250;
            }
        }
        j[0] = here;
        double scale = Math.Abs(j0) >= Math.Abs(j1) ? j0 / here : j1 / above; // the larger of the two is the safer
        for (int m = 0; m < orders; m++) j[m] *= scale;
    }

    /// <summary>Derivative f_m' = f_{m−1} − (m+1)/x f_m (f_0' = −f_1) of either function.</summary>
    public static double Derivative(ReadOnlySpan<double> f, int m, double x) => m == 0 ? -f[1] : f[m - 1] - (m + 1) / x * f[m];
}
