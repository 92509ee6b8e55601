using System.Globalization;
using System.IO.Compression;
using System.Text;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Capture.Bids;

/// <summary>
/// Gaze as eye-tracking physio (BIDS 1.11): <c>_recording-eyeN_physio.tsv.gz</c> without a header line, first columns timestamp,
/// x_coordinate, y_coordinate, and the markers again as <c>_physioevents.tsv.gz</c>. A stream of unit directions becomes angles of the
/// eye in the head; its own channels follow.
/// </summary>
internal static class BidsGaze
{
    public static void Write(BidsDataset dataset, string folder, BidsEntities entities, int number, BidsStream stream, double zeroS, IReadOnlyList<BidsEvent> events, Action<double> progress, CancellationToken cancellation)
    {
        string recording = $"eye{number}";
        int channels = stream.Info.ChannelCount;
        string[] own = [.. stream.Names().Select(n => $"source_{BidsEntities.AsLabel(n)}")];
        bool isDirection = channels >= 3 && stream.Described("screen") is null && stream.Channels().Take(3).All(c => c.Unit is "normalized" or "");
        using (var table = new GzipTable(dataset.NewFile($"{folder}/{entities.Name("physio.tsv.gz", recording: recording)}")))
        {
            stream.Visit((values, timesS, _) =>
            {
                for (int i = 0; i < timesS.Length; i++)
                {
                    var frame = values.AsSpan(i * channels, channels);
                    table.Put(timesS[i] - zeroS); // also the key of the events
                    table.Put(isDirection ? -AzimuthDeg(frame) : frame[0]);
                    table.Put(isDirection ? ElevationDeg(frame) : channels > 1 ? frame[1] : double.NaN);
                    foreach (double v in frame) table.Put(v);
                    table.EndRow();
                }
            }, progress, cancellation);
        }
        string[] columns = ["timestamp", "x_coordinate", "y_coordinate", .. own];
        var json = new Dictionary<string, object>
        {
            ["PhysioType"] = "eyetrack",
            ["RecordedEye"] = stream.Described("setup", "eye") switch { "left" => "left", "right" => "right", _ => "cyclopean" },
            ["SampleCoordinateSystem"] = isDirection ? "eye-in-head" : "gaze-on-screen",
            ["SamplingFrequency"] = stream.RateHz > 0 ? stream.RateHz : 1,
            ["StartTime"] = stream.Times.TimesS[0] - zeroS,
            ["Columns"] = columns,
            ["Manufacturer"] = stream.Described("acquisition", "manufacturer") ?? "n/a",
            ["ManufacturersModelName"] = stream.Described("acquisition", "model") ?? "n/a",
            ["timestamp"] = BidsEvents.Column("Time of the sample, same zero as the events", "s"),
            ["x_coordinate"] = isDirection ? BidsEvents.Column("Gaze to the right of straight ahead, in the head", "deg") : BidsEvents.Column("Horizontal gaze position", Unit(stream, 0)),
            ["y_coordinate"] = isDirection ? BidsEvents.Column("Gaze above straight ahead, in the head", "deg") : BidsEvents.Column("Vertical gaze position", Unit(stream, 1)),
        };
        for (int c = 0; c < channels; c++) json.TryAdd(own[c], BidsEvents.Column($"Channel {c + 1} of the stream as recorded", Unit(stream, c)));
        dataset.WriteJson($"{folder}/{entities.Name("physio.json", recording: recording)}", json);
        if (events.Count == 0) return;
        using (var table = new GzipTable(dataset.NewFile($"{folder}/{entities.Name("physioevents.tsv.gz", recording: recording)}")))
        {
            // The time of an event must be one of a sample: the nearest; the exact one stands beside it.
            double[] timesS = stream.Times.TimesS;
            int at = 0;
            foreach (var e in events)
            {
                double onsetS = e.OnsetS + zeroS;
                while (at + 1 < timesS.Length && Math.Abs(timesS[at + 1] - onsetS) <= Math.Abs(timesS[at] - onsetS)) at++;
                table.Put(timesS[at] - zeroS);
                table.Put(e.OnsetS);
                table.Put(e.What);
                table.EndRow();
            }
        }
        dataset.WriteJson($"{folder}/{entities.Name("physioevents.json", recording: recording)}", new Dictionary<string, object>
        {
            ["Columns"] = new[] { "timestamp", "onset", "message" },
            ["Description"] = "Markers of the recording",
            ["ForeignIndexColumn"] = "timestamp",
            ["timestamp"] = BidsEvents.Column("The nearest sample's", "s"),
            ["onset"] = BidsEvents.Column("Exact time, same zero and clock as timestamp", "s"),
            ["message"] = BidsEvents.Column("The marker's text"),
        });
    }

    private static string Unit(BidsStream stream, int channel) => channel < stream.Info.ChannelCount ? BidsDataset.Cell(stream.Channels()[channel].Unit) : "n/a";

    // x front, y left, z up.
    private static double AzimuthDeg(ReadOnlySpan<double> d) => Math.Atan2(d[1], d[0]) * 180 / Math.PI;
    private static double ElevationDeg(ReadOnlySpan<double> d) => Math.Atan2(d[2], Math.Sqrt(d[0] * d[0] + d[1] * d[1])) * 180 / Math.PI;

    /// <summary>A new gzip file of tab-separated cells.</summary>
    private sealed class GzipTable : IDisposable
    {
        private readonly NewFile _file;
        private readonly MemoryStream _packed = new();
        private readonly GZipStream _gzip;
        private readonly StringBuilder _text = new();
        private bool _inRow;

        public GzipTable(string path)
        {
            _file = new NewFile(path);
            _gzip = new GZipStream(_packed, CompressionLevel.Optimal, leaveOpen: true);
        }

        public void Put(double value) => Put(double.IsFinite(value) ? value.ToString("0.#######", CultureInfo.InvariantCulture) : "n/a");

        public void Put(string cell)
        {
            if (_inRow) _text.Append('\t');
            _inRow = true;
            _text.Append(BidsDataset.Cell(cell));
        }

        public void EndRow()
        {
            _text.Append('\n');
            _inRow = false;
            if (_text.Length > 1 << 16) Empty();
        }

        private void Empty()
        {
            _gzip.Write(Encoding.UTF8.GetBytes(_text.ToString()));
            _text.Clear();
            Drain();
        }

        private void Drain()
        {
            _file.Append(_packed.GetBuffer().AsSpan(0, (int)_packed.Length));
            _packed.SetLength(0);
        }

        public void Dispose()
        {
            Empty();
            _gzip.Dispose();
            Drain();
            _file.Dispose();
        }
    }
}
