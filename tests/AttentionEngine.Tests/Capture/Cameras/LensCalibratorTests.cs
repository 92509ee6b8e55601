using AttentionEngine.Capture.Cameras;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Tests.Capture.Cameras;

public class LensCalibratorTests
{
    [Fact]
    public void A_pixel_and_its_direction_are_each_others_inverse()
    {
        var lens = Vision.Lens with { HeadFromCamera = Rotation.FromYawPitchRoll(0.2, -0.1, 0.05) };
        for (int x = 5; x < 400; x += 65)
            for (int y = 5; y < 300; y += 48)
            {
                Assert.True(lens.TryProject(2.0 * lens.DirectionHead(x, y), out double xPx, out double yPx, out _));
                Assert.Equal(x, xPx, 1e-6);
                Assert.Equal(y, yPx, 1e-6);
            }
        Assert.Equal(0, LensModel.Pinhole(400, 300, 420).DirectionHead(200, 150).AngleTo(Vector3D.Front), 1e-12);
        Assert.True(LensModel.Pinhole(400, 300, 420).DirectionHead(100, 150).AzimuthRad > 0, "left of the picture is left of the head");
    }

    [Fact]
    public void Rendered_chessboards_give_back_the_lens_and_a_wrong_lens_is_caught()
    {
        Vision.OrSkip();
        var calibrator = new LensCalibrator(Vision.Columns, Vision.Rows, Vision.SquareM);
        foreach (byte[] gray in Vision.Poses(Vision.Lens)) Assert.True(calibrator.Add(gray, 400, 300), $"picture {calibrator.Looked}: no board");
        var fit = calibrator.Calibrate();
        Assert.InRange(fit.ReprojectionPx, 0, 0.15);
        Assert.InRange(fit.Lens.FocalXPx / Vision.Lens.FocalXPx, 0.995, 1.005);
        Assert.InRange(fit.Lens.FocalYPx / Vision.Lens.FocalYPx, 0.995, 1.005);
        Assert.InRange(Math.Abs(fit.Lens.CentreXPx - Vision.Lens.CentreXPx), 0, 1.5); // goes with the tangential distortion; the directions below are what counts
        Assert.InRange(Math.Abs(fit.Lens.CentreYPx - Vision.Lens.CentreYPx), 0, 1.5);
        foreach (var (x, y) in new[] { (20, 20), (380, 280), (200, 150), (60, 240) })
            Assert.InRange(Angles.ToDegrees(fit.Lens.DirectionHead(x, y).AngleTo(Vision.Lens.DirectionHead(x, y))), 0, 0.3);

        var right = calibrator.Check(Vision.Lens);
        Assert.True(right.Fits, right.ToString());
        Assert.InRange(right.ReprojectionPx, 0, 0.2);
        Assert.True(!calibrator.Check(Vision.Lens with { FocalXPx = 460, FocalYPx = 455 }).Fits);
        Assert.False(calibrator.Check(Vision.Lens with { CentreXPx = 240 }).Fits);
        Assert.False(calibrator.Check(Vision.Lens with { K1 = 0, K2 = 0.3 }).Fits);
        Assert.Throws<InputDataException>(() => calibrator.Check(LensModel.Pinhole(640, 480, 500)));

        using var folder = new TempFolder();
        string file = folder.File("a.lens.yaml");
        new LensFile(fit.Lens, fit.ReprojectionPx, calibrator.Found, "2026-11-27").Write(file);
        var read = LensFile.Read(file).Lens;
        Assert.InRange(read.DirectionHead(20, 20).AngleTo(fit.Lens.DirectionHead(20, 20)), 0, 1e-5);
        Assert.Throws<ConfigurationException>(() => new LensFile(fit.Lens, 0.1, 10, "2026-11-27").Write(file));
    }

    [Fact]
    public void Pictures_that_do_not_determine_the_lens_are_refused()
    {
        Vision.OrSkip();
        var rays = Vision.Rays(Vision.Lens);
        var flat = new LensCalibrator(Vision.Columns, Vision.Rows, Vision.SquareM);
        for (int i = 0; i < 7; i++) flat.Add(Vision.Chessboard(rays, 0, 0, 0.45, 0, 0.002 * i), 400, 300);
        Assert.Equal(7, flat.Found);
        Assert.Contains("tilted", Assert.Throws<InputDataException>(() => flat.Calibrate()).Message);

        var few = new LensCalibrator(Vision.Columns, Vision.Rows, Vision.SquareM);
        few.Add(Vision.Chessboard(rays, 0, 0, 0.42, 0, 0), 400, 300);
        few.Add(new byte[400 * 300], 400, 300);
        Assert.Contains("1 of 2 pictures", Assert.Throws<InputDataException>(() => few.Calibrate()).Message);
        Assert.Throws<InputDataException>(() => few.Add(new byte[320 * 240], 320, 240));
    }
}
