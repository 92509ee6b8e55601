using AttentionEngine.Core.Errors;
using AttentionEngine.Inference;

namespace AttentionEngine.Perception.Faces;

/// <summary>
/// A face detector with YuNet's published interface (Wu et al. 2023, doi:10.1007/s11633-023-1423-y; the files of libfacedetection and of OpenCV's model zoo, 2023): input
/// [1, 3, H, W] blue, green, red, 0 to 255; for strides 8, 16 and 32 the outputs <c>cls</c>, <c>obj</c>, <c>bbox</c> and <c>kps</c>, a row for each cell. Run in ONNX
/// Runtime: needs no OpenCV. The user gives the file; none is shipped. Pictures are gray, so the three colours are the same.
/// </summary>
public sealed class YuNetDetector : IFaceDetector
{
    private const int FreeSizePx = 320, MostBoxes = 256, MostSidePx = 2048;
    private const double SameOverlap = 0.3;
    private const double NoseToEye = 0.8; // how far the nose stands out, of half the distance between the eyes
    private static readonly int[] Strides = [8, 16, 32];
    private readonly OnnxModel _model;
    private readonly OnnxStep _step;
    private readonly Memory<float> _input;
    private readonly Memory<float>[] _class, _object, _box, _points; // by stride
    private readonly double _leastScore;
    private readonly FaceBox[] _found = new FaceBox[MostBoxes];
    private readonly int _sidePx;

    /// <param name="file">ONNX file.</param>
    /// <exception cref="InputDataException">Missing, or with another interface.</exception>
    public YuNetDetector(string file, double leastScore = 0.6)
    {
        _leastScore = leastScore;
        int side = 0;
        bool free = false;
        _model = OnnxModel.LoadForeign(file, shapes => Describe(file, shapes, out side, out free));
        _sidePx = side;
        _step = free ? _model.CreateStep(1, side, side, Cells(8), Cells(16), Cells(32)) : _model.CreateStep();
        _input = _step.Input("input");
        _class = Of("cls");
        _object = Of("obj");
        _box = Of("bbox");
        _points = Of("kps");

        Memory<float>[] Of(string name) => [.. Strides.Select(s => _step.Output(FormattableString.Invariant($"{name}_{s}")))];
    }

    public string Name => "yunet";

    public int Find(ReadOnlySpan<byte> gray, int widthPx, int heightPx, Span<FaceBox> faces)
    {
        double scale = Math.Min(_sidePx / (double)widthPx, _sidePx / (double)heightPx);
        Fill(gray, widthPx, heightPx, scale);
        _step.Run();
        int count = 0;
        for (int s = 0; s < Strides.Length; s++) count = Collect(s, scale, count);
        _found.AsSpan(0, count).Sort((a, b) => b.Score.CompareTo(a.Score));
        int kept = 0;
        for (int i = 0; i < count && kept < faces.Length; i++)
        {
            bool twin = false;
            for (int k = 0; k < kept && !twin; k++) twin = _found[i].Overlap(faces[k]) > SameOverlap;
            if (!twin) faces[kept++] = _found[i];
        }
        return kept;
    }

    private int Collect(int s, double scale, int count)
    {
        int stride = Strides[s], columns = _sidePx / stride;
        var cls = _class[s].Span;
        var obj = _object[s].Span;
        for (int cell = 0; cell < cls.Length && count < MostBoxes; cell++)
        {
            double score = Math.Sqrt(Math.Clamp((double)cls[cell], 0, 1) * Math.Clamp((double)obj[cell], 0, 1));
            if (!(score >= _leastScore)) continue;
            var box = _box[s].Span.Slice(4 * cell, 4);
            var points = _points[s].Span.Slice(10 * cell, 10); // right eye, left eye, nose, right and left corner of the mouth; of the person
            double column = cell % columns, row = cell / columns, toPx = stride / scale;
            double w = Math.Exp(box[2]) * toPx, h = Math.Exp(box[3]) * toPx, x = (column + box[0]) * toPx - w / 2, y = (row + box[1]) * toPx - h / 2;
            double X(ReadOnlySpan<float> p, int i) => (column + p[2 * i]) * toPx;
            double Y(ReadOnlySpan<float> p, int i) => (row + p[2 * i + 1]) * toPx;
            double halfEyes = (X(points, 1) - X(points, 0)) / 2, nose = X(points, 2) - (X(points, 0) + X(points, 1)) / 2;
            double yaw = Math.Atan2(-nose, NoseToEye * Math.Max(1e-3, halfEyes)); // a nose to the picture's left: positive
            if (!double.IsFinite(x + y + w + h + yaw)) continue;
            double mouthX = X(points, 4) - X(points, 3), mouthY = Y(points, 4) - Y(points, 3);
            _found[count++] = new FaceBox(x, y, w, h, score, yaw, (X(points, 3) + X(points, 4)) / 2, (Y(points, 3) + Y(points, 4)) / 2, Math.Sqrt(mouthX * mouthX + mouthY * mouthY));
        }
        return count;
    }

    /// <summary>The picture at the network's size, top left; black beside it.</summary>
    private void Fill(ReadOnlySpan<byte> gray, int widthPx, int heightPx, double scale)
    {
        var blue = _input.Span[..(_sidePx * _sidePx)];
        int w = Math.Min(_sidePx, (int)Math.Round(widthPx * scale)), h = Math.Min(_sidePx, (int)Math.Round(heightPx * scale));
        blue.Clear();
        for (int y = 0; y < h; y++)
        {
            double fromY = Math.Clamp((y + 0.5) / scale - 0.5, 0, heightPx - 1);
            int y0 = (int)fromY;
            float fy = (float)(fromY - y0);
            var top = gray.Slice(y0 * widthPx, widthPx);
            var bottom = gray.Slice(Math.Min(y0 + 1, heightPx - 1) * widthPx, widthPx);
            for (int x = 0; x < w; x++)
            {
                double fromX = Math.Clamp((x + 0.5) / scale - 0.5, 0, widthPx - 1);
                int x0 = (int)fromX, x1 = Math.Min(x0 + 1, widthPx - 1);
                float fx = (float)(fromX - x0);
                blue[y * _sidePx + x] = (1 - fy) * ((1 - fx) * top[x0] + fx * top[x1]) + fy * ((1 - fx) * bottom[x0] + fx * bottom[x1]);
            }
        }
        blue.CopyTo(_input.Span[(_sidePx * _sidePx)..]);
        blue.CopyTo(_input.Span[(2 * _sidePx * _sidePx)..]);
    }

    private int Cells(int stride) => _sidePx / stride * (_sidePx / stride);

    private static ModelContract Describe(string file, IReadOnlyDictionary<string, int[]> shapes, out int side, out bool free)
    {
        const string Wanted = "expected YuNet's interface of 2023: input `input` [1, 3, H, W] and outputs cls_8 … kps_32";
        if (!shapes.TryGetValue("input", out int[]? input) || input.Length != 4 || input[1] != 3)
            throw new InputDataException($"{file} is no face detector that is known here: it has {string.Join(", ", shapes.Keys)}; {Wanted}.");
        free = input[2] < 0 || input[3] < 0;
        side = free ? FreeSizePx : input[2];
        if ((!free && input[2] != input[3]) || side is < 32 or > MostSidePx || side % 32 != 0) throw new InputDataException($"{file} takes pictures of {input[3]}x{input[2]} px; expected a square of a multiple of 32 px, at most {MostSidePx}.");
        var outputs = new List<TensorContract>();
        foreach (var (name, last) in new[] { ("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10) })
            foreach (int stride in Strides)
            {
                string output = FormattableString.Invariant($"{name}_{stride}");
                if (!shapes.TryGetValue(output, out int[]? shape) || shape.Length != 3 || shape[2] != last) throw new InputDataException($"{file} has no output `{output}` [1, cells, {last}]; {Wanted}.");
                int cells = side / stride * (side / stride);
                if (shape[1] >= 0 && shape[1] != cells) throw new InputDataException($"{file}: output `{output}` has {shape[1]} rows, expected a row for each of the {cells} cells of {side}x{side} px; {Wanted}.");
                outputs.Add(new TensorContract(output, [shape[0] < 0 ? "B" : "1", shape[1] < 0 ? FormattableString.Invariant($"N{stride}") : FormattableString.Invariant($"{shape[1]}"), FormattableString.Invariant($"{last}")], []));
            }
        string Size(int i, string name) => input[i] < 0 ? name : FormattableString.Invariant($"{input[i]}");
        return new ModelContract
        {
            Name = "yunet", Version = "2023", Description = "face detector given by the user", Status = "released", OnnxFile = file, Sha256 = "", LatencyMs = 0,
            Dimensions = free ? [.. new[] { "B", "H", "W", "N8", "N16", "N32" }.Select(d => new DimensionContract(d, 1, 1 << 20))] : [],
            Inputs = [new TensorContract("input", [Size(0, "B"), "3", Size(2, "H"), Size(3, "W")], [])], Outputs = outputs, States = [], GoldenFile = "", GoldenTolerance = 0,
        };
    }

    public void Dispose()
    {
        _step.Dispose();
        _model.Dispose();
    }
}
