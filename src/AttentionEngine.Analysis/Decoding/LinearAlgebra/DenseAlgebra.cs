namespace AttentionEngine.Analysis.Decoding.LinearAlgebra;

/// <summary>
/// The dense linear algebra of decoding in FP64, row-major. Sizes are checked here once; a backend does the work. Not for audio threads.
/// </summary>
public abstract unsafe class DenseAlgebra
{
    /// <summary>Library, version and threads, for reports.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// OpenBLAS where it is installed, otherwise managed code, several tens of times slower.
    /// </summary>
    /// <param name="say">Told, once, when it is the slow one: what it is and how to install the other.</param>
    /// <param name="threads">Threads of one call; one is fastest on a busy machine.</param>
    public static DenseAlgebra Open(Action<string> say, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(say);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (OpenBlas.TryLoad(threads) is { } fast) return fast;
        say("OpenBLAS is not installed: decoding uses managed code, tens of times slower, with the same results to rounding. Install it with: apt-get install libopenblas0-pthread (or give the file in ATTEND_OPENBLAS).");
        return new ManagedAlgebra();
    }

    /// <summary>C = α op(A) op(B) + β C.</summary>
    /// <param name="m">Rows of op(A) and C.</param>
    /// <param name="n">Columns of op(B) and C.</param>
    /// <param name="k">Columns of op(A), rows of op(B).</param>
    /// <param name="lda">Values from one row of A to the next.</param>
    /// <param name="ldb">Of B.</param>
    /// <param name="ldc">Of C.</param>
    public void Multiply(
        bool transposeA, bool transposeB, int m, int n, int k, double alpha, ReadOnlySpan<double> a, int lda, ReadOnlySpan<double> b, int ldb, double beta, Span<double> c, int ldc)
    {
        Require(a, transposeA ? k : m, transposeA ? m : k, lda, nameof(a));
        Require(b, transposeB ? n : k, transposeB ? k : n, ldb, nameof(b));
        Require(c, m, n, ldc, nameof(c));
        if (m == 0 || n == 0) return;
        fixed (double* pa = a, pb = b, pc = c) Multiply(transposeA, transposeB, m, n, k, alpha, pa, lda, pb, ldb, beta, pc, ldc);
    }

    /// <summary>Lower Cholesky factor in place; what is above the diagonal is left as it was.</summary>
    /// <param name="a">[n × n] symmetric.</param>
    /// <returns>False when the matrix is not positive definite.</returns>
    public bool CholeskyFactor(Span<double> a, int n)
    {
        Require(a, n, n, n, nameof(a));
        fixed (double* pa = a) return Factor(n, pa) == 0;
    }

    /// <summary>X A⁻¹ in place: every row of X is a system.</summary>
    /// <param name="factor">[n × n] from <see cref="CholeskyFactor"/>.</param>
    /// <param name="x">[rows × n]</param>
    public void CholeskySolveRows(ReadOnlySpan<double> factor, int n, Span<double> x, int rows)
    {
        Require(factor, n, n, n, nameof(factor));
        Require(x, rows, n, n, nameof(x));
        if (rows == 0) return;
        fixed (double* pf = factor, px = x) SolveRows(rows, n, pf, px);
    }

    /// <summary>X L⁻ᵀ in place: every row x becomes L⁻¹ x (whitening).</summary>
    public void CholeskyForwardRows(ReadOnlySpan<double> factor, int n, Span<double> x, int rows)
    {
        Require(factor, n, n, n, nameof(factor));
        Require(x, rows, n, n, nameof(x));
        if (rows == 0) return;
        fixed (double* pf = factor, px = x) ForwardRows(rows, n, pf, px);
    }

    /// <summary>Eigenvalues, ascending, and eigenvectors of a symmetric matrix.</summary>
    /// <param name="a">[n × n], becomes the eigenvectors, one per row.</param>
    /// <param name="values">[n]</param>
    public void SymmetricEigen(Span<double> a, int n, Span<double> values)
    {
        Require(a, n, n, n, nameof(a));
        Require(values, 1, n, n, nameof(values));
        fixed (double* pa = a, pv = values) Eigen(n, pa, pv);
    }

    private protected abstract void Multiply(bool transposeA, bool transposeB, int m, int n, int k, double alpha, double* a, int lda, double* b, int ldb, double beta, double* c, int ldc);

    /// <returns>0, or the row at which it is not positive definite.</returns>
    private protected abstract int Factor(int n, double* a);

    private protected abstract void SolveRows(int rows, int n, double* factor, double* x);

    private protected abstract void ForwardRows(int rows, int n, double* factor, double* x);

    private protected abstract void Eigen(int n, double* a, double* values);

    private static void Require(ReadOnlySpan<double> values, int rows, int columns, int stride, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows, name);
        ArgumentOutOfRangeException.ThrowIfNegative(columns, name);
        if (stride < columns || (rows > 0 && values.Length < (long)(rows - 1) * stride + columns))
            throw new ArgumentException($"{values.Length} values are not {rows} × {columns} with {stride} from row to row.", name);
    }
}
