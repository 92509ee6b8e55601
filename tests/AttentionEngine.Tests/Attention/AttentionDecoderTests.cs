using AttentionEngine.Attention;
using AttentionEngine.Attention.Features;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Streams;

namespace AttentionEngine.Tests.Attention;

public class AttentionDecoderTests
{
    private static float Feature(AttentionDecoder decoder, int talker, string name) =>
        decoder.Features[talker * FeatureLayout.Count + FeatureLayout.Names.ToList().IndexOf(name)];

    [Fact]
    public void Looking_at_a_talker_is_seen_in_the_room_while_the_head_turns()
    {
        using var bench = new DecoderBench();
        // Eyes counter-rotate: gaze stays on talker 1 (30 degrees right) in ROOM while the head sweeps through 40 degrees.
        bench.Run(3, headYawDeg: t => -20 + 40 * t / 3, gazeRoomDeg: _ => -30, gazeValid: _ => true);
        Assert.InRange(Feature(bench.Decoder, 1, "gaze.near_4deg"), 0.98f, 1.001f);
        Assert.InRange(Feature(bench.Decoder, 1, "gaze.dwell_1s"), 0.9f, 1f);
        Assert.InRange(Feature(bench.Decoder, 0, "gaze.dwell_1s"), 0f, 0.01f);
        Assert.Equal(1, Feature(bench.Decoder, 1, "gaze.margin"), 1e-4);
        Assert.Equal(1, Feature(bench.Decoder, 1, "gaze.fixating"));
        Assert.Equal(-30, AttentionEngine.Core.Geometry.Angles.ToDegrees(bench.Decoder.GazeRoom!.Value.AzimuthRad), 0.1);
    }

    [Fact]
    public void A_saccade_that_ends_at_a_talker_lands_there()
    {
        using var bench = new DecoderBench();
        bench.Run(2.1, _ => 0, t => t < 2 ? -30 : 30, _ => true);
        Assert.InRange(Feature(bench.Decoder, 0, "gaze.landed"), 0.7f, 1f);
        Assert.Equal(0, Feature(bench.Decoder, 1, "gaze.landed"), 1e-6);
    }

    [Fact]
    public void A_dead_tracker_gives_exactly_no_nats_and_comes_back()
    {
        using var bench = new DecoderBench();
        bench.Run(2, _ => 0, _ => 30, _ => true);
        Assert.Equal(1, bench.Decoder.Availability[(int)Modality.Gaze]);
        bench.Run(1, _ => 0, _ => 30, _ => false); // NaN samples keep coming
        Assert.Equal(0, bench.Decoder.Availability[(int)Modality.Gaze]);
        Assert.Null(bench.Decoder.GazeRoom);
        for (int k = 0; k < 2; k++) Assert.Equal(0f, bench.Estimate.EvidenceNats[k]);
        Assert.Equal(0f, Feature(bench.Decoder, 0, "gaze.dwell_3s"));
        Assert.Equal(1, bench.Decoder.Availability[(int)Modality.Head]);
        bench.Run(1, _ => 0, _ => 30, _ => true);
        Assert.Equal(1, bench.Decoder.Availability[(int)Modality.Gaze]);
        Assert.Contains(Enumerable.Range(0, 2), k => bench.Estimate.EvidenceNats[k] != 0);
    }

    [Fact]
    public void Each_sense_is_unavailable_when_its_data_stop()
    {
        using var bench = new DecoderBench();
        bench.Run(4, _ => 0, _ => 30, _ => true);
        Assert.Equal([1f, 1f, 1f, 1f, 1f], bench.Decoder.Availability.ToArray());
        bench.Silence = true;
        bench.Run(4, _ => 0, _ => 30, _ => true);
        Assert.Equal([0f, 0f, 0f, 0f, 0f], bench.Decoder.Availability.ToArray());
        Assert.All(bench.Estimate.EvidenceNats, n => Assert.Equal(0f, n));
        Assert.All(bench.Decoder.Features.ToArray(), f => Assert.Equal(0f, f));
    }

    [Fact]
    public void How_the_data_are_cut_into_chunks_changes_no_bit()
    {
        using var whole = new DecoderBench();
        using var cut = new DecoderBench { ChunkFrames = 1 };
        for (int i = 0; i < 100; i++)
        {
            whole.Run(0.04, t => 10 * Math.Sin(t), t => 30 * Math.Sin(3 * t), t => t % 1 > 0.1);
            cut.Run(0.04, t => 10 * Math.Sin(t), t => 30 * Math.Sin(3 * t), t => t % 1 > 0.1);
            Assert.Equal(whole.Decoder.Features.ToArray(), cut.Decoder.Features.ToArray());
            Assert.Equal(whole.Estimate.Posterior, cut.Estimate.Posterior);
        }
        Assert.Equal(0, whole.Decoder.NonFiniteFeatures);
    }

    [Fact]
    public void A_tick_allocates_nothing()
    {
        using var bench = new DecoderBench();
        bench.Run(4, _ => 0, _ => 30, _ => true);
        long allocated = bench.Run(4, t => 10 * Math.Sin(t), t => 30 * Math.Sin(t), t => t % 1 > 0.2);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Turn_taking_names_who_took_the_floor()
    {
        using var bench = new DecoderBench();
        bench.Activity = (t, k) => k == (t < 3 ? 0 : 1) ? 0.95f : 0.02f;
        bench.Run(3.3, _ => 0, _ => 0, _ => true);
        Assert.InRange(Feature(bench.Decoder, 1, "beams.onset"), 0.6f, 1f);
        Assert.InRange(Feature(bench.Decoder, 0, "beams.offset"), 0.6f, 1f);
        Assert.Equal(0, Feature(bench.Decoder, 0, "beams.took_over"));
        Assert.Equal(1, Feature(bench.Decoder, 1, "beams.alone"));
    }

    [Fact]
    public void An_eeg_stream_without_the_decoders_channels_is_refused_by_name()
    {
        var e = Assert.Throws<ConfigurationException>(() => new DecoderBench(["Fz", "Cz"]));
        Assert.Contains("no channel Pz", e.Message, StringComparison.Ordinal);
    }
}
