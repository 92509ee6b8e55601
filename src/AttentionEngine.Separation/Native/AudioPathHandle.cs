using System.Runtime.InteropServices;

namespace AttentionEngine.Separation.Native;

/// <summary>Owns an <c>ae_path</c>.</summary>
internal sealed class AudioPathHandle : SafeHandle
{
    public AudioPathHandle() : base(0, ownsHandle: true) { }

    public AudioPathHandle(nint path) : base(0, ownsHandle: true) => SetHandle(path);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.Destroy(handle);
        return true;
    }
}
