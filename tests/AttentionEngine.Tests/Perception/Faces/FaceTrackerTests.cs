using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Streams;
using AttentionEngine.Core.Time;
using AttentionEngine.Perception.Faces;

namespace AttentionEngine.Tests.Perception.Faces;

public class FaceTrackerTests
{
    /// <summary>Detections as a detector gives them: two faces with misses and jitter, and false ones, some of them in one place.</summary>
    private sealed class Scripted(ulong seed) : IFaceDetector
    {
        private readonly SeededRandom _random = new(seed);
        public string Name => "scripted";
        public int Looks { get; private set; }
        public bool Faces { get; set; } = true;

        public int Find(ReadOnlySpan<byte> gray, int widthPx, int heightPx, Span<FaceBox> faces)
        {
            int n = 0;
            Looks++;
            for (int f = 0; f < 2 && Faces; f++)
                if (_random.Uniform() > 0.1) faces[n++] = Box(100 + 250 * f + Looks * 0.3 + 3 * (_random.Uniform() - 0.5), 150 + 3 * (_random.Uniform() - 0.5), 90);
            if (_random.Uniform() < 0.3) faces[n++] = Box(500, 30, 60);                                                    // a poster that flickers
            if (_random.Uniform() < 0.3) faces[n++] = Box(500 * _random.Uniform(), 400 * _random.Uniform(), 50);     // anywhere
            return n;
        }

        public void Dispose() { }
    }

    private static FaceBox Box(double x, double y, double size) => new(x, y, size, size, 0.8, 0.1, x + size / 2, y + 0.8 * size, 0.4 * size);

    [Fact]
    public void Faces_are_followed_and_what_is_found_now_and_then_never_counts()
    {
        long ofFaces = 0, others = 0;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var tracker = new FaceTracker(new Scripted(seed), LensModel.Pinhole(640, 480, 500));
            var ids = new HashSet<int>();
            for (int i = 0; i < 25 * 60; i++)
            {
                tracker.Add(new VideoFrame(default, 640, 480, i, StreamTime.FromSeconds(i / 25.0)));
                foreach (var t in tracker.Tracks)
                {
                    if (!t.Confirmed) continue;
                    bool face = t.Box.HeightPx > 75;
                    if (face) { ofFaces++; ids.Add(t.Id); } else others++;
                }
            }
            Assert.InRange(ids.Count, 2, 3);
            Assert.True(tracker.Rejected > 50);
        }
        Assert.True(ofFaces > 0.97 * 10 * 2 * 25 * 60, $"{ofFaces}");
        Assert.True(others < 0.01 * ofFaces, $"{others} of {ofFaces}");
    }

    [Fact]
    public void A_face_that_has_left_is_forgotten_and_nothing_is_allocated()
    {
        var detector = new Scripted(3);
        var tracker = new FaceTracker(detector, LensModel.Pinhole(640, 480, 500));
        void Run(int from, int to)
        {
            for (int i = from; i < to; i++) tracker.Add(new VideoFrame(default, 640, 480, i, StreamTime.FromSeconds(i / 25.0)));
        }
        Run(0, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(100, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        detector.Faces = false;
        Run(1000, 1040);
        foreach (var t in tracker.Tracks) Assert.False(t.Confirmed && t.Box.HeightPx > 75);
    }
}
