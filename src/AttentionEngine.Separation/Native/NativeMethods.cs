using System.Runtime.InteropServices;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Separation.Native;

/// <summary>native/include/attention_engine.h, one to one.</summary>
internal static unsafe partial class NativeMethods
{
    static NativeMethods() => NativeLibraries.Register(typeof(NativeMethods).Assembly);

    internal enum Result { Ok = 0, Empty = 1, Invalid = -1, NotFinite = -2, Busy = -3, OutOfMemory = -4 }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PathConfig
    {
        public int Microphones, MaxTalkers, MaxTaps, LeftReference, RightReference, DelaySamples, LookaheadSamples, FilterFadeSamples, GainFadeSamples, ReleaseSamples;
        public long HeartbeatSamples;
        public float Ceiling;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PathStatus
    {
        public long Samples, WeightsId, GainsId, BadInputSamples, LimitedSamples, RejectedPushes, TakenLost;
        public float LimiterGain;
        public int Bypassed;
    }

    /// <summary>native/include/attention_engine_safety.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SafetyConfig
    {
        public double RateHz, DoseBudget;
        public long LateSamples;
        public int StartFadeSamples, StopFadeSamples;
        public float LongTermLimit;
        public int Howl;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SafetyStatus
    {
        public long Samples;
        public double Dose;
        public int Faults, Howls;
        public float LevelGain, HowlGain, MuteGain;
    }

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_create")]
    internal static partial Result Create(in PathConfig config, out nint path);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_destroy")]
    internal static partial void Destroy(nint path);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_reset")]
    internal static partial Result Reset(AudioPathHandle path);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_process")]
    internal static partial Result Process(AudioPathHandle path, float* input, float* output, float* beams, int frames);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_push_weights")]
    internal static partial Result PushWeights(AudioPathHandle path, long id, float* filters, int talkers, int taps, float* leftShare, long effectiveSample);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_push_gains")]
    internal static partial Result PushGains(AudioPathHandle path, long id, float* gains, int talkers, float ambient, long effectiveSample);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_read_taken")]
    internal static partial Result ReadTaken(AudioPathHandle path, out int kind, out long id, out long sample);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_get_status")]
    internal static partial Result GetStatus(AudioPathHandle path, out PathStatus status);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_set_safety")]
    internal static partial Result SetSafety(AudioPathHandle path, in SafetyConfig config);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_stop")]
    internal static partial Result Stop(AudioPathHandle path);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_set_references")]
    internal static partial Result SetReferences(AudioPathHandle path, int left, int right);

    [LibraryImport(NativeLibraries.AttentionEngine, EntryPoint = "ae_path_get_safety")]
    internal static partial Result GetSafety(AudioPathHandle path, out SafetyStatus status);
}
