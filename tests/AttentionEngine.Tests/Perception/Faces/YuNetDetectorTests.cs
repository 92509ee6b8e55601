using AttentionEngine.Core.Errors;
using AttentionEngine.Perception.Faces;

namespace AttentionEngine.Tests.Perception.Faces;

/// <summary>On a small file of YuNet's interface that takes a bright cell of 32 pixels for a face (tests/golden/face-interface): the layout, not the network.</summary>
public class YuNetDetectorTests
{
    private static string Model => Repository.PathOf("tests/golden/face-interface/interface.onnx");

    [Fact]
    public void Boxes_landmarks_and_scale_are_where_the_interface_puts_them()
    {
        using var detector = new YuNetDetector(Model);
        // 192 × 128 px on a network of 96: scale 1/2, cells of 64 px. Bright: column 2, row 1.
        var gray = new byte[192 * 128];
        for (int y = 64; y < 128; y++) gray.AsSpan(y * 192 + 128, 64).Fill(255);
        var faces = new FaceBox[4];
        Assert.Equal(1, detector.Find(gray, 192, 128, faces));
        var f = faces[0];
        Assert.Equal(128, f.XPx, 0.01);
        Assert.Equal(64, f.YPx, 0.01);
        Assert.Equal(64, f.WidthPx, 0.01);
        Assert.Equal(64, f.HeightPx, 0.01);
        Assert.Equal(128 + 32, f.MouthXPx, 0.01);
        Assert.Equal(64 + 0.8 * 64, f.MouthYPx, 0.01);
        Assert.Equal(0.4 * 64, f.MouthWidthPx, 0.01);
        Assert.InRange(f.YawRad, 0.35, 0.75); // its nose is a tenth of the face to the left: to the camera's left
        Assert.InRange(f.Score, 0.9, 1.0);
        gray.AsSpan().Clear();
        Assert.Equal(0, detector.Find(gray, 192, 128, faces));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) detector.Find(gray, 192, 128, faces);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Another_model_or_none_is_refused_with_what_was_expected()
    {
        Assert.Contains("cls_8", Assert.Throws<InputDataException>(() => new YuNetDetector(Repository.PathOf("models/fusion/model.onnx"))).Message);
        Assert.Throws<InputDataException>(() => new YuNetDetector("/nowhere/yunet.onnx"));
        Assert.Throws<InputDataException>(() => new YuNetDetector(Repository.PathOf("README.md")));
    }
}
