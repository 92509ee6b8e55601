using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Randomness;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Simulation.Camera;

/// <summary>
/// The walls around the listener: smooth random grey on a cylinder of directions, so that the picture moves as the head turns. Head
/// roll and parallax of the walls are left out.
/// </summary>
internal sealed class RoomTexture
{
    private const int Width = 1024, Height = 256; // azimuth 2π, elevation π
    private const int Fraction = 256;             // fixed point of texture columns

    private readonly byte[] _texels = new byte[Width * Height];
    private readonly int _widthPx, _heightPx;
    private readonly double[] _columnAzimuthRad;
    private readonly int[] _texelRow;     // [height × width] fixed point, level head
    private readonly int[] _column, _pitch; // [width] scratch

    public RoomTexture(CameraModel camera, SeededRandom random)
    {
        (_widthPx, _heightPx) = (camera.WidthPx, camera.HeightPx);
        _columnAzimuthRad = new double[_widthPx];
        _texelRow = new int[_widthPx * _heightPx];
        _column = new int[_widthPx];
        _pitch = new int[_widthPx];
        for (int x = 0; x < _widthPx; x++)
        {
            double right = (x + 0.5 - _widthPx * 0.5) / camera.FocalPx;
            _columnAzimuthRad[x] = -Math.Atan(right);
            for (int y = 0; y < _heightPx; y++)
            {
                double down = (y + 0.5 - _heightPx * 0.5) / camera.FocalPx;
                _texelRow[y * _widthPx + x] = (int)((0.5 + Math.Atan2(down, Math.Sqrt(1 + right * right)) / Math.PI) * Height * Fraction);
            }
        }
        Fill(random);
    }

    /// <param name="pixels">[height × width], overwritten.</param>
    public void Draw(double yawRad, double pitchRad, Span<byte> pixels)
    {
        for (int x = 0; x < _widthPx; x++)
        {
            double turns = (_columnAzimuthRad[x] + yawRad) / (2 * Math.PI);
            _column[x] = (int)((turns - Math.Floor(turns)) * Width * Fraction);
            _pitch[x] = (int)(-pitchRad * Math.Cos(_columnAzimuthRad[x]) / Math.PI * Height * Fraction);
        }
        for (int y = 0; y < _heightPx; y++)
        {
            var line = pixels.Slice(y * _widthPx, _widthPx);
            var rows = _texelRow.AsSpan(y * _widthPx, _widthPx);
            for (int x = 0; x < _widthPx; x++)
            {
                int row = Math.Clamp((rows[x] + _pitch[x]) / Fraction, 0, Height - 1) * Width;
                int column = _column[x] / Fraction, part = _column[x] & (Fraction - 1);
                int a = _texels[row + (column & (Width - 1))], b = _texels[row + ((column + 1) & (Width - 1))];
                line[x] = (byte)(a + ((b - a) * part >> 8));
            }
        }
    }

    /// <summary>Three octaves of value noise, darker towards the floor.</summary>
    private void Fill(SeededRandom random)
    {
        var sum = new float[Width * Height];
        foreach (var (cell, amplitude) in new[] { (128, 28f), (32, 14f), (8, 7f) })
        {
            int columns = Width / cell, rows = Height / cell + 2;
            var knots = new float[columns * rows];
            for (int i = 0; i < knots.Length; i++) knots[i] = (float)random.Uniform(-amplitude, amplitude);
            for (int y = 0; y < Height; y++)
                for (int x = 0; x < Width; x++)
                {
                    int kx = x / cell, ky = y / cell;
                    float fx = Smooth((float)(x % cell) / cell), fy = Smooth((float)(y % cell) / cell);
                    float a = knots[ky * columns + kx], b = knots[ky * columns + (kx + 1) % columns];
                    float c = knots[(ky + 1) * columns + kx], d = knots[(ky + 1) * columns + (kx + 1) % columns];
                    sum[y * Width + x] += (1 - fy) * (a + fx * (b - a)) + fy * (c + fx * (d - c));
                }
        }
        for (int i = 0; i < sum.Length; i++) _texels[i] = (byte)Math.Clamp(120 - 40.0f * (i / Width) / Height + sum[i], 10, 240);
    }

    private static float Smooth(float f) => f * f * (3 - 2 * f);
}
