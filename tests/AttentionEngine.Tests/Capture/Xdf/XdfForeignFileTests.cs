using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AttentionEngine.Capture.Xdf;

namespace AttentionEngine.Tests.Capture.Xdf;

/// <summary>Real recordings of other programs against what the reference reader returns for them.</summary>
public sealed class XdfForeignFileTests
{
    [Fact]
    public void Values_and_raw_stamps_are_those_of_the_reference_reader()
    {
        string folder = SharedData.PathOrSkip("data/eeg/xdf");
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedData.PathOrSkip("bench/xdf/pyxdf_golden.json")));
        int streams = 0;
        foreach (var file in golden.RootElement.EnumerateObject())
        {
            if (file.Value.GetProperty("sync=off,dejitter=off") is not { ValueKind: JsonValueKind.Array } expectedStreams) continue;
            var recording = XdfRecording.Read(Path.Combine(folder, file.Name));
            Assert.Equal(expectedStreams.GetArrayLength(), recording.Streams.Count);
            foreach (var expected in expectedStreams.EnumerateArray())
            {
                var stream = recording.Find(expected.GetProperty("stream_id").GetUInt32())!;
                Assert.Equal(expected.GetProperty("name").GetString(), stream.Info.Name);
                Assert.Equal(expected.GetProperty("channel_count").GetInt32(), stream.Info.ChannelCount);
                Assert.Equal(expected.GetProperty("sample_count").GetInt32(), stream.SampleCount);
                if (stream.SampleCount > 0) AssertStamps(expected, stream.StampsS, 0);
                AssertValues(expected, stream);
                streams++;
            }
        }
        Assert.True(streams > 10);
    }

    internal static void AssertStamps(JsonElement expected, double[] stampsS, double toleranceS)
    {
        var index = expected.GetProperty("index").EnumerateArray().Select(i => i.GetInt32()).ToArray();
        var stamps = expected.GetProperty("timestamps").EnumerateArray().Select(t => t.GetDouble()).ToArray();
        for (int i = 0; i < index.Length; i++) Assert.Equal(stamps[i], stampsS[index[i]], toleranceS);
    }

    private static void AssertValues(JsonElement expected, XdfStreamData stream)
    {
        if (expected.TryGetProperty("values_sha256_float64_le_rowmajor", out var numeric))
        {
            double[] values = stream.Values switch
            {
                float[] a => [.. a.Select(v => (double)v)],
                double[] a => a,
                int[] a => [.. a.Select(v => (double)v)],
                short[] a => [.. a.Select(v => (double)v)],
                _ => throw new InvalidOperationException($"{stream.Values.GetType()} is not expected in the goldens"),
            };
            Assert.Equal(numeric.GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan()))));
        }
        else if (expected.TryGetProperty("values_sha256_utf8_newline", out var text))
        {
            string joined = string.Join('\n', ((string[])stream.Values).Chunk(stream.Info.ChannelCount).Select(row => string.Join('\t', row)));
            Assert.Equal(text.GetString(), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(joined))));
        }
    }

    [Fact]
    public void A_file_that_the_reference_reader_refuses_is_read_as_far_as_it_goes()
    {
        var recording = XdfRecording.Read(SharedData.PathOrSkip("data/eeg/xdf/xdf_rs_chunk_length_lie.xdf"));
        Assert.True(recording.HasMagic);
        Assert.NotEmpty(recording.Damage);
    }
}
