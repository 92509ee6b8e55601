using System.Runtime.InteropServices;
using AttentionEngine.Core.Interop;
using AttentionEngine.Separation.Native;

namespace AttentionEngine.Separation.Devices;

/// <summary>native/include/attention_engine_io.h, one to one.</summary>
internal static unsafe partial class DeviceNative
{
    static DeviceNative() => NativeLibraries.Register(typeof(DeviceNative).Assembly);

    internal enum Result { Ok = 0, Empty = 1, Invalid = -1, NotFinite = -2, OutOfMemory = -4, Missing = -5, Mismatch = -6 }

    internal const int StateLost = 2;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Config
    {
        public int Kind, Inputs, Outputs, BlockFrames, RingFrames;
        public double RateHz;
        public byte* Server, Client, InputNames, OutputNames;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Block
    {
        public long FirstSample, TimeNs, LostBefore, ServerFrame;
        public int Frames, Behind, Restarts;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Status
    {
        public int State, BlockFrames;
        public long Samples, LostSamples, DroppedSamples, Xruns, BlockChanges, CallbackNsMax, StimulusSample;
        public int Restarts, InputLatencyFrames, OutputLatencyFrames;
        public double RateHz;
    }

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_open")]
    internal static partial Result Open(in Config config, out nint device, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_close")]
    internal static partial void Close(nint device);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_set_path")]
    internal static partial Result SetPath(AudioDeviceHandle device, AudioPathHandle path, int microphones, int* channel, float* gain);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_set_path")]
    internal static partial Result ClearPath(AudioDeviceHandle device, nint none, int microphones, int* channel, float* gain);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_play")]
    internal static partial Result Play(AudioDeviceHandle device, int output, float* samples, int frames);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_read")]
    internal static partial Result Read(AudioDeviceHandle device, float* frames, int maxFrames, out Block block);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_service")]
    internal static partial Result Service(AudioDeviceHandle device, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_get_status")]
    internal static partial Result GetStatus(AudioDeviceHandle device, out Status status);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_list", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Result List(int kind, string? server, byte* text, int textSize, byte* message, int messageSize);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_drive")]
    internal static partial Result Drive(AudioDeviceHandle device, float* input, float* output, int frames, long timeNs, long lost);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_io_unplug")]
    internal static partial Result Unplug(AudioDeviceHandle device);
}

/// <summary>Owns an <c>ae_io</c>.</summary>
internal sealed class AudioDeviceHandle : SafeHandle
{
    public AudioDeviceHandle(nint device) : base(0, ownsHandle: true) => SetHandle(device);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        DeviceNative.Close(handle);
        return true;
    }
}
