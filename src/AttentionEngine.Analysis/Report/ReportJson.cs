using System.Text.Json;

namespace AttentionEngine.Analysis.Report;

/// <summary>Writes the page's data: compact numbers, NaN as null, and text escaped so that nothing in it can end the script element.</summary>
internal sealed class ReportJson : IDisposable
{
    private readonly MemoryStream _stream = new();
    private readonly Utf8JsonWriter _writer;

    public ReportJson()
    {
        _writer = new Utf8JsonWriter(_stream); // the default encoder writes < > & ' " as \u00xx
        _writer.WriteStartObject();
    }

    public void Text(string key, string value) => _writer.WriteString(key, value);

    public void Number(string key, double value, int decimals = 4) { _writer.WritePropertyName(key); Value(value, decimals); }

    public void Texts(string key, IEnumerable<string> values) => Array(key, values, _writer.WriteStringValue);

    public void Numbers(string key, IEnumerable<double> values, int decimals) => Array(key, values, v => Value(v, decimals));

    public void Rows(string key, IEnumerable<IEnumerable<double>> rows, int decimals) => Array(key, rows, row =>
    {
        _writer.WriteStartArray();
        foreach (double v in row) Value(v, decimals);
        _writer.WriteEndArray();
    });

    public void Objects<T>(string key, IEnumerable<T> items, Action<T> fields) => Array(key, items, item =>
    {
        _writer.WriteStartObject();
        fields(item);
        _writer.WriteEndObject();
    });

    public void Object(string key, Action fields)
    {
        _writer.WriteStartObject(key);
        fields();
        _writer.WriteEndObject();
    }

    public string Finish()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        return System.Text.Encoding.UTF8.GetString(_stream.ToArray());
    }

    public void Dispose()
    {
        _writer.Dispose();
        _stream.Dispose();
    }

    private void Array<T>(string key, IEnumerable<T> values, Action<T> write)
    {
        _writer.WriteStartArray(key);
        foreach (T value in values) write(value);
        _writer.WriteEndArray();
    }

    private void Value(double value, int decimals)
    {
        if (double.IsFinite(value)) _writer.WriteNumberValue((decimal)Math.Round(Math.Clamp(value, -1e12, 1e12), decimals));
        else _writer.WriteNullValue();
    }
}
