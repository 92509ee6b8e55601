using System.Runtime.InteropServices;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Core.Formats;

/// <summary>Reads sound files of any common kind: WAV by ourselves, FLAC, OGG and others through libsndfile.</summary>
public static partial class AudioFile
{
    /// <returns>Planar [channels × frames], full scale ±1.</returns>
    /// <exception cref="InputDataException">The file is missing, damaged or of an unknown kind.</exception>
    /// <exception cref="StreamMissingException">The file is not plain WAV and libsndfile is not installed.</exception>
    public static PlanarAudio Read(string path)
    {
        using (var file = WavFile.OpenForReading(path))
        {
            Span<byte> start = stackalloc byte[12];
            int got = file.ReadAtLeast(start, 12, throwOnEndOfStream: false);
            if (WavHeader.IsWav(start[..got]))
            {
                file.Position = 0;
                var header = WavHeader.Read(file, path);
                if (header.IsPlain) return WavFile.ReadSamples(file, header, path);
            }
        }
        return ReadBySndFile(path);
    }

    private static PlanarAudio ReadBySndFile(string path)
    {
        var info = default(SndInfo);
        SndFileHandle handle;
        try
        {
            handle = SfOpen(path, ModeRead, ref info);
        }
        catch (DllNotFoundException e)
        {
            throw new StreamMissingException($"{path} needs libsndfile, which is not installed. Install it with: apt-get install libsndfile1 (or convert the file to WAV).", e);
        }
        using (handle)
        {
            if (handle.IsInvalid) throw new InputDataException($"{path} cannot be read as sound: {Marshal.PtrToStringUTF8(SfStrError(0))}");
            long total = info.Frames * info.Channels;
            if (info.Frames < 0 || info.Channels < 1 || total > Array.MaxLength)
                throw new InputDataException($"{path}: {info.Frames} frames × {info.Channels} channels do not fit in memory at once. Cut it into shorter files.");
            var samples = new float[total];
            var block = new float[4096 * info.Channels];
            int frames = (int)info.Frames, at = 0;
            while (at < frames)
            {
                long got = SfReadFloat(handle, block, 4096);
                if (got <= 0) throw new InputDataException($"{path} is cut off: {frames} frames are declared, {at} are there. Copy or record it again.");
                int count = (int)Math.Min(got, frames - at);
                for (int c = 0; c < info.Channels; c++)
                    for (int i = 0; i < count; i++) samples[c * frames + at + i] = block[i * info.Channels + c];
                at += count;
            }
            return new PlanarAudio(samples, info.Channels, info.RateHz);
        }
    }

    private const string Library = "libsndfile.so.1";
    private const int ModeRead = 0x10;

    [StructLayout(LayoutKind.Sequential)]
    private struct SndInfo
    {
        public long Frames;
        public int RateHz;
        public int Channels;
        public int Format;
        public int Sections;
        public int Seekable;
    }

    private sealed class SndFileHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;
        protected override bool ReleaseHandle() => SfClose(handle) == 0;
    }

    [LibraryImport(Library, EntryPoint = "sf_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SndFileHandle SfOpen(string path, int mode, ref SndInfo info);

    [LibraryImport(Library, EntryPoint = "sf_readf_float")]
    private static partial long SfReadFloat(SndFileHandle file, [Out] float[] interleaved, long frames);

    [LibraryImport(Library, EntryPoint = "sf_strerror")]
    private static partial nint SfStrError(nint file);

    [LibraryImport(Library, EntryPoint = "sf_close")]
    private static partial int SfClose(nint file);
}
