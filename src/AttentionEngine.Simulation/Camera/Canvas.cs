namespace AttentionEngine.Simulation.Camera;

/// <summary>Draws anti-aliased ellipses into a grey picture. Owns no memory.</summary>
/// <param name="pixels">[height × width] luminance, row-major, top row first.</param>
internal readonly ref struct Canvas(Span<byte> pixels, int widthPx, int heightPx)
{
    private readonly Span<byte> _pixels = pixels;

    /// <summary>
    /// A filled ellipse whose edge is soft by about a pixel, so that a size change of a tenth of a pixel shows in the grey levels.
    /// Pixel centres lie at integers + 0.5.
    /// </summary>
    /// <param name="grey">Luminance at the centre, 0 to 255.</param>
    /// <param name="fall">How much darker the rim is, as a fraction.</param>
    /// <param name="topPx">Nothing is drawn above this row coordinate.</param>
    /// <param name="bottomPx">Nothing is drawn below this one.</param>
    public void Ellipse(float x, float y, float halfWidthPx, float halfHeightPx, float grey, float fall = 0, float topPx = float.NegativeInfinity, float bottomPx = float.PositiveInfinity)
    {
        if (halfWidthPx <= 0.05f || halfHeightPx <= 0.02f) return;
        // Narrower than a pixel: drawn a pixel wide and fainter.
        float a = Math.Max(halfWidthPx, 0.5f), b = Math.Max(halfHeightPx, 0.5f);
        float strength = halfWidthPx / a * (halfHeightPx / b);
        int left = Math.Max(0, (int)MathF.Floor(x - a - 1)), right = Math.Min(widthPx - 1, (int)MathF.Ceiling(x + a + 1));
        int top = Math.Max(0, (int)MathF.Floor(Math.Max(y - b - 1, topPx - 1))), bottom = Math.Min(heightPx - 1, (int)MathF.Ceiling(Math.Min(y + b + 1, bottomPx + 1)));
        for (int row = top; row <= bottom; row++)
        {
            float dy = (row + 0.5f - y) / b;
            float inRows = Math.Clamp(row + 1 - topPx, 0, 1) * Math.Clamp(bottomPx - row, 0, 1);
            if (inRows <= 0) continue;
            var line = _pixels.Slice(row * widthPx, widthPx);
            for (int column = left; column <= right; column++)
            {
                float dx = (column + 0.5f - x) / a;
                float square = dx * dx + dy * dy;
                // Distance to the edge in pixels, from the gradient of the implicit function.
                float radius = MathF.Sqrt(square);
                float gradient = radius > 1e-3f ? MathF.Sqrt(dx * dx / (a * a) + dy * dy / (b * b)) / radius : 1 / Math.Min(a, b);
                float cover = strength * inRows * Math.Clamp(0.5f + (1 - radius) / gradient, 0, 1);
                if (cover <= 0) continue;
                float value = grey * (1 - fall * Math.Min(square, 1));
                line[column] = (byte)(line[column] + cover * (value - line[column]) + 0.5f);
            }
        }
    }
}
