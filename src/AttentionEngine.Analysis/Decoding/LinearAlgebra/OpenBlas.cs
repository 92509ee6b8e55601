using System.Runtime.InteropServices;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Analysis.Decoding.LinearAlgebra;

/// <summary>OpenBLAS of the system (BLAS and LAPACK, 32-bit integers, BSD licence), one thread. LAPACK is column-major: for symmetric matrices its "upper" is our lower.</summary>
internal sealed unsafe partial class OpenBlas : DenseAlgebra
{
    private const int RowMajor = 101, NoTrans = 111, Trans = 112, Lower = 122, NonUnit = 131, Right = 142;

    private OpenBlas(string version) => Name = version;

    public override string Name { get; }

    /// <returns>Null when the library is not installed.</returns>
    /// <param name="threads">Threads of one call.</param>
    public static OpenBlas? TryLoad(int threads)
    {
        NativeLibraries.Register(typeof(OpenBlas).Assembly);
        if (!NativeLibraries.TryLoadOpenBlas(out _)) return null;
        SetThreads(threads);
        return new OpenBlas($"{Marshal.PtrToStringUTF8(GetConfig())?.Trim() ?? "OpenBLAS"}, {threads} thread{(threads == 1 ? "" : "s")}");
    }

    private protected override void Multiply(bool transposeA, bool transposeB, int m, int n, int k, double alpha, double* a, int lda, double* b, int ldb, double beta, double* c, int ldc) =>
        Gemm(RowMajor, transposeA ? Trans : NoTrans, transposeB ? Trans : NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);

    private protected override int Factor(int n, double* a)
    {
        byte upper = (byte)'U';
        int info;
        Potrf(&upper, &n, a, &n, &info);
        return info;
    }

    private protected override void SolveRows(int rows, int n, double* factor, double* x)
    {
        Trsm(RowMajor, Right, Lower, Trans, NonUnit, rows, n, 1, factor, n, x, n);
        Trsm(RowMajor, Right, Lower, NoTrans, NonUnit, rows, n, 1, factor, n, x, n);
    }

    private protected override void ForwardRows(int rows, int n, double* factor, double* x) =>
        Trsm(RowMajor, Right, Lower, Trans, NonUnit, rows, n, 1, factor, n, x, n);

    private protected override void Eigen(int n, double* a, double* values)
    {
        byte job = (byte)'V', lower = (byte)'L';
        int info, query = -1, iworkSize;
        double workSize;
        Syevd(&job, &lower, &n, a, &n, values, &workSize, &query, &iworkSize, &query, &info);
        int workLength = (int)workSize, iworkLength = iworkSize;
        double* work = (double*)NativeMemory.Alloc((nuint)workLength, sizeof(double));
        int* iwork = (int*)NativeMemory.Alloc((nuint)iworkLength, sizeof(int));
        try
        {
            Syevd(&job, &lower, &n, a, &n, values, work, &workLength, iwork, &iworkLength, &info);
        }
        finally
        {
            NativeMemory.Free(work);
            NativeMemory.Free(iwork);
        }
        if (info != 0) throw new InputDataException($"The eigenvalues of a {n} × {n} covariance did not converge (LAPACK dsyevd: {info}). Are there values of wildly different size?");
    }

    [LibraryImport(NativeLibraries.OpenBlas, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetThreads(int count);

    [LibraryImport(NativeLibraries.OpenBlas, EntryPoint = "openblas_get_config")]
    private static partial nint GetConfig();

    [LibraryImport(NativeLibraries.OpenBlas, EntryPoint = "cblas_dgemm")]
    private static partial void Gemm(int order, int transA, int transB, int m, int n, int k, double alpha, double* a, int lda, double* b, int ldb, double beta, double* c, int ldc);

    [LibraryImport(NativeLibraries.OpenBlas, EntryPoint = "cblas_dtrsm")]
    private static partial void Trsm(int order, int side, int uplo, int trans, int diag, int m, int n, double alpha, double* a, int lda, double* b, int ldb);

    [LibraryImport(NativeLibraries.OpenBlas, EntryPoint = "dpotrf_")]
    private static partial void Potrf(byte* uplo, int* n, double* a, int* lda, int* info);

    [LibraryImport(NativeLibraries.OpenBlas, EntryPoint = "dsyevd_")]
    private static partial void Syevd(byte* job, byte* uplo, int* n, double* a, int* lda, double* w, double* work, int* lwork, int* iwork, int* liwork, int* info);
}
