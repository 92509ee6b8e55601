using AttentionEngine.Core.Geometry;
using AttentionEngine.Core.Numerics;

namespace AttentionEngine.Core.Metrics;

/// <summary>
/// How well tracks follow talkers whose directions are known: CLEAR MOT (Bernardin &amp; Stiefelhagen 2008, doi:10.1155/2008/246309) with a limit on
/// the angle, and OSPA (Schuhmacher, Vo &amp; Vo 2008, doi:10.1109/TSP.2008.920469) of order 1 with the same limit as its cut-off.
/// </summary>
/// <param name="limitRad">Further apart, a track is not a talker's.</param>
public sealed class TrackingScore(double limitRad)
{
    private const int Most = 32;
    private readonly LinearAssignment _assignment = new(Most, 2 * Most);
    private readonly Dictionary<int, int> _trackOf = [];
    private readonly List<double> _errorsRad = [];
    private double _ospaRad;
    private int _ticks;

    public int Truths { get; private set; }
    public int Misses { get; private set; }
    public int FalseTracks { get; private set; }
    public int IdSwitches { get; private set; }
    public double Recall => 1 - (double)Misses / Truths;

    /// <summary>1 − (misses + false + switches) / truths.</summary>
    public double Mota => 1 - (double)(Misses + FalseTracks + IdSwitches) / Truths;

    /// <summary>Mean over ticks, radians.</summary>
    public double OspaRad => _ospaRad / _ticks;

    /// <summary>Of the matched pairs, radians; NaN where there are none.</summary>
    public double MedianErrorRad => _errorsRad.Count == 0 ? double.NaN : _errorsRad.Order().ElementAt(_errorsRad.Count / 2);

    /// <summary>One tick.</summary>
    public void Add(ReadOnlySpan<(int Id, Vector3D Direction)> truths, ReadOnlySpan<(int Id, Vector3D Direction)> tracks)
    {
        if (truths.Length > Most || tracks.Length > Most) throw new ArgumentException($"A tick has {truths.Length} truths and {tracks.Length} tracks, expected at most {Most}.");
        int columns = tracks.Length + truths.Length, matched = 0;
        Span<double> cost = new double[truths.Length * columns];
        Span<int> columnOf = stackalloc int[truths.Length];
        for (int t = 0; t < truths.Length; t++)
        {
            cost.Slice(t * columns + tracks.Length, truths.Length).Fill(limitRad);
            for (int k = 0; k < tracks.Length; k++)
            {
                double angle = truths[t].Direction.AngleTo(tracks[k].Direction);
                // What was a pair stays a pair while it is within the limit, as the metric says.
                bool before = _trackOf.TryGetValue(truths[t].Id, out int id) && id == tracks[k].Id;
                cost[t * columns + k] = angle > limitRad ? 4 * limitRad : before ? angle - 2 * limitRad : angle;
            }
        }
        _assignment.Solve(cost, truths.Length, columns, columnOf);
        for (int t = 0; t < truths.Length; t++)
        {
            if (columnOf[t] >= tracks.Length) { Misses++; continue; }
            var track = tracks[columnOf[t]];
            matched++;
            _errorsRad.Add(truths[t].Direction.AngleTo(track.Direction));
            if (_trackOf.TryGetValue(truths[t].Id, out int before) && before != track.Id) IdSwitches++;
            _trackOf[truths[t].Id] = track.Id;
        }
        Truths += truths.Length;
        FalseTracks += tracks.Length - matched;
        _ospaRad += Ospa(truths, tracks);
        _ticks++;
    }

    private double Ospa(ReadOnlySpan<(int Id, Vector3D Direction)> truths, ReadOnlySpan<(int Id, Vector3D Direction)> tracks)
    {
        var few = truths.Length <= tracks.Length ? truths : tracks;
        var many = truths.Length <= tracks.Length ? tracks : truths;
        if (many.Length == 0) return 0;
        Span<double> cost = new double[few.Length * many.Length];
        Span<int> columnOf = stackalloc int[few.Length];
        for (int i = 0; i < few.Length; i++)
            for (int j = 0; j < many.Length; j++) cost[i * many.Length + j] = Math.Min(limitRad, few[i].Direction.AngleTo(many[j].Direction));
        _assignment.Solve(cost, few.Length, many.Length, columnOf);
        double sum = limitRad * (many.Length - few.Length);
        for (int i = 0; i < few.Length; i++) sum += cost[i * many.Length + columnOf[i]];
        return sum / many.Length;
    }
}
