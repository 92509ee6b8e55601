using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;
using AttentionEngine.Simulation.Camera;
using AttentionEngine.Simulation.Conversation;
using AttentionEngine.Simulation.Render;
using AttentionEngine.Tests.Simulation.Conversation;

namespace AttentionEngine.Tests.Simulation.Camera;

public class EgoCameraRendererTests
{
    private static readonly CameraModel Model = new(320, 180, 110, 25);
    private static readonly SceneTalker[] Talkers = ConversationPlannerTests.Talkers(4, 2);

    [Fact]
    public void A_picture_depends_on_seed_and_index_only()
    {
        var (first, second) = (Make(1, Still), Make(1, Still));
        var a = new byte[320 * 180];
        var b = new byte[320 * 180];
        second.Render(70, b);
        foreach (int i in new[] { 0, 1, 70 }) first.Render(i, a);
        Assert.Equal(a, b);
        second.Render(71, b);
        Assert.NotEqual(a, b);
        Make(2, Still).Render(70, b);
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void The_mouth_region_changes_if_and_only_if_the_talker_speaks()
    {
        // Talker 1 speaks from 2 to 4 s only, talker 2 always; the mouth against walls above it, under the same noise.
        var renderer = Make(3, Still);
        var (silent, speaking) = (MouthAgainstWalls(renderer, 1, 5, 45), MouthAgainstWalls(renderer, 1, 52, 95));
        Assert.InRange(silent, 0.7, 1.3);
        Assert.True(speaking > 1.6, $"The mouth of a speaking talker changes {speaking:F2} times as much as the walls.");
        Assert.True(MouthAgainstWalls(renderer, 2, 5, 45) > 1.6);
    }

    [Fact]
    public void Faces_lie_where_the_shared_geometry_says_and_the_walls_move_with_the_head()
    {
        var picture = new byte[320 * 180];
        Make(1, Still).Render(0, picture);
        Assert.True(HeadCamera.TryProject(Model, Talkers[1].PositionRoomM, out var face));
        double cheek = Mean(picture, face.MouthXPx, face.MouthYPx - 0.05 * face.PxPerM, 0.06 * face.PxPerM, 0.01 * face.PxPerM);
        double eyes = Mean(picture, face.MouthXPx, face.MouthYPx - 0.075 * face.PxPerM, 0.05 * face.PxPerM, 0.008 * face.PxPerM);
        Assert.True(eyes < cheek, "The band of the eyes is darker than the cheeks.");

        // A turn of the head to the left by the angle of 20 pixels at the centre moves the walls there 20 pixels to the right.
        var turned = new byte[320 * 180];
        Make(1, new Fixed(Angles.ToRadians(10.305))).Render(0, turned);
        double moved = 0, unmoved = 0;
        for (int y = 5; y < 40; y++)
            for (int x = 150; x < 170; x++)
            {
                moved += Math.Abs(turned[y * 320 + x + 20] - picture[y * 320 + x]);
                unmoved += Math.Abs(turned[y * 320 + x] - picture[y * 320 + x]);
            }
        Assert.True(moved < 0.6 * unmoved, $"{moved} against {unmoved}");
    }

    [Fact]
    public void Nothing_is_allocated_per_picture_and_wrong_sizes_are_refused()
    {
        var renderer = Make(1, Still);
        var picture = new byte[320 * 180];
        renderer.Render(0, picture);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 50; i++) renderer.Render(i, picture);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Throws<ArgumentException>(() => renderer.Render(0, new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => renderer.Render(renderer.FrameCount, picture));
    }

    private static readonly Fixed Still = new(0);

    private sealed record Fixed(double YawRad) : IHeadTrajectory
    {
        public Pose HeadAt(double timeS) => new(Vector3D.Zero, Rotation.FromYawPitchRoll(YawRad));
    }

    /// <summary>Five seconds with a head at rest.</summary>
    private static EgoCameraRenderer Make(ulong seed, IHeadTrajectory head)
    {
        var plan = new ConversationPlan(5, 4, [new FloorTurn(2, 0, 5), new FloorTurn(1, 2, 4)], [new AttentionSpan(1, 0, 5)]);
        var envelopes = new float[4][];
        var random = new SeededRandom(77);
        for (int k = 0; k < 4; k++)
        {
            envelopes[k] = new float[5 * 64];
            double level = 0;
            for (int n = 0; n < envelopes[k].Length; n++)
            {
                level = 0.75 * level + 0.25 * random.Exponential(1); // modulations of a few hertz
                if (plan.Turns.Any(t => t.Talker == k && t.StartS <= n / 64.0 && n / 64.0 < t.EndS)) envelopes[k][n] = (float)level;
            }
        }
        return new EgoCameraRenderer(Model, Talkers, plan, envelopes, head, new SeededRandom(seed));
    }

    /// <summary>Mean absolute change between pictures of the mouth region over that of a region of the walls of the same size.</summary>
    private static double MouthAgainstWalls(EgoCameraRenderer renderer, int talker, int from, int to)
    {
        Assert.True(HeadCamera.TryProject(Model, Talkers[talker].PositionRoomM, out var face));
        var a = new byte[320 * 180];
        var b = new byte[320 * 180];
        double mouth = 0, walls = 0;
        renderer.Render(from, a);
        for (int i = from + 1; i < to; i++, (a, b) = (b, a))
        {
            renderer.Render(i, b);
            mouth += Change(a, b, face.MouthXPx, face.MouthYPx);
            walls += Change(a, b, face.MouthXPx, 20);
        }
        return mouth / walls;
    }

    private static double Change(byte[] a, byte[] b, double x, double y)
    {
        double sum = 0;
        for (int row = (int)y - 1; row <= (int)y + 1; row++)
            for (int column = (int)x - 2; column <= (int)x + 2; column++) sum += Math.Abs(a[row * 320 + column] - b[row * 320 + column]);
        return sum;
    }

    private static double Mean(byte[] picture, double x, double y, double halfWidth, double halfHeight)
    {
        double sum = 0;
        int count = 0;
        for (int row = (int)Math.Round(y - halfHeight); row <= (int)Math.Round(y + halfHeight); row++)
            for (int column = (int)Math.Round(x - halfWidth); column <= (int)Math.Round(x + halfWidth); column++, count++) sum += picture[row * 320 + column];
        return sum / count;
    }
}
