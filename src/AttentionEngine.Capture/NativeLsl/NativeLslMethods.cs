using System.Runtime.InteropServices;
using Lib = AttentionEngine.Core.Interop.NativeLibraries;

namespace AttentionEngine.Capture.NativeLsl;

/// <summary>The C interface of liblsl (its headers of 1.16 and 1.17; MIT), as far as it is used. Every handle is a SafeHandle: one that is disposed during a call lives until the call returns.</summary>
internal static unsafe partial class NativeLslMethods
{
    static NativeLslMethods() => Lib.Register(typeof(NativeLslMethods).Assembly);

    /// <summary>Runs the static constructor before the library is asked for anything.</summary>
    public static void Prepare() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(NativeLslMethods).TypeHandle);

    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_library_version")] public static partial int LibraryVersion();
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_library_info")] public static partial byte* LibraryInfo();
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_last_error")] public static partial byte* LastError();
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_local_clock")] public static partial double LocalClock();
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_destroy_string")] public static partial void DestroyString(byte* text);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_set_config_content", StringMarshalling = StringMarshalling.Utf8)] public static partial void SetConfigContent(string content);

    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_create_streaminfo", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeInfoHandle CreateInfo(string name, string type, int channels, double rateHz, int format, string sourceId);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_destroy_streaminfo")] public static partial void DestroyInfo(nint info);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_get_xml")] public static partial byte* GetXml(NativeInfoHandle info);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_get_desc")] public static partial nint GetDesc(NativeInfoHandle info);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_append_child", StringMarshalling = StringMarshalling.Utf8)] public static partial nint AppendChild(nint element, string name);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_append_child_value", StringMarshalling = StringMarshalling.Utf8)] public static partial nint AppendChildValue(nint element, string name, string value);

    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_resolve_bypred", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Resolve(nint* found, uint capacity, string predicate, int minimum, double timeoutS);

    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_create_outlet")] public static partial NativeOutletHandle CreateOutlet(NativeInfoHandle info, int chunkSamples, int maxBufferedS);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_destroy_outlet")] public static partial void DestroyOutlet(nint outlet);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_get_info")] public static partial NativeInfoHandle InfoOf(NativeOutletHandle outlet);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_have_consumers")] public static partial int HaveConsumers(NativeOutletHandle outlet);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_wait_for_consumers")] public static partial int WaitForConsumers(NativeOutletHandle outlet, double timeoutS);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_push_chunk_ftnp")] public static partial int PushFloat(NativeOutletHandle outlet, void* values, CULong count, double* stamps, int pushThrough);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_push_chunk_dtnp")] public static partial int PushDouble(NativeOutletHandle outlet, void* values, CULong count, double* stamps, int pushThrough);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_push_chunk_ltnp")] public static partial int PushLong(NativeOutletHandle outlet, void* values, CULong count, double* stamps, int pushThrough);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_push_chunk_itnp")] public static partial int PushInt(NativeOutletHandle outlet, void* values, CULong count, double* stamps, int pushThrough);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_push_chunk_stnp")] public static partial int PushShort(NativeOutletHandle outlet, void* values, CULong count, double* stamps, int pushThrough);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_push_chunk_ctnp")] public static partial int PushByte(NativeOutletHandle outlet, void* values, CULong count, double* stamps, int pushThrough);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_push_sample_buftp")] public static partial int PushText(NativeOutletHandle outlet, byte** texts, uint* lengths, double stamp, int pushThrough);

    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_create_inlet")] public static partial NativeInletHandle CreateInlet(NativeInfoHandle info, int maxBufferedS, int maxChunk, int recover);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_destroy_inlet")] public static partial void DestroyInlet(nint inlet);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_get_fullinfo")] public static partial NativeInfoHandle FullInfo(NativeInletHandle inlet, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_open_stream")] public static partial void OpenStream(NativeInletHandle inlet, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_time_correction_ex")] public static partial double TimeCorrection(NativeInletHandle inlet, double* remoteS, double* uncertaintyS, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_pull_sample_v")] public static partial double PullSample(NativeInletHandle inlet, void* values, int bytes, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_pull_sample_buf")] public static partial double PullText(NativeInletHandle inlet, byte** texts, uint* lengths, int count, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_pull_chunk_f")] public static partial CULong PullFloat(NativeInletHandle inlet, void* values, double* stamps, CULong valueCount, CULong stampCount, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_pull_chunk_d")] public static partial CULong PullDouble(NativeInletHandle inlet, void* values, double* stamps, CULong valueCount, CULong stampCount, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_pull_chunk_l")] public static partial CULong PullLong(NativeInletHandle inlet, void* values, double* stamps, CULong valueCount, CULong stampCount, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_pull_chunk_i")] public static partial CULong PullInt(NativeInletHandle inlet, void* values, double* stamps, CULong valueCount, CULong stampCount, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_pull_chunk_s")] public static partial CULong PullShort(NativeInletHandle inlet, void* values, double* stamps, CULong valueCount, CULong stampCount, double timeoutS, int* error);
    [LibraryImport(Lib.Lsl, EntryPoint = "lsl_pull_chunk_c")] public static partial CULong PullByte(NativeInletHandle inlet, void* values, double* stamps, CULong valueCount, CULong stampCount, double timeoutS, int* error);
}

internal sealed class NativeInfoHandle() : SafeHandle(0, ownsHandle: true)
{
    public NativeInfoHandle(nint handle) : this() => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeLslMethods.DestroyInfo(handle);
        return true;
    }
}

internal sealed class NativeOutletHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeLslMethods.DestroyOutlet(handle);
        return true;
    }
}

internal sealed class NativeInletHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeLslMethods.DestroyInlet(handle);
        return true;
    }
}
