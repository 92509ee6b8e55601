using System.Globalization;
using System.Net;
using System.Text;

namespace AttentionEngine.Analysis.Report;

/// <summary>Builds HTML. Text from streams, rigs and files goes through <see cref="Escape"/>, always.</summary>
internal static class HtmlText
{
    /// <summary>Safe as element text and in quoted attributes. Control characters are shown, not sent.</summary>
    public static string Escape(string text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (char c in text) shown.Append(char.IsControl(c) && c != '\n' ? '�' : c);
        return WebUtility.HtmlEncode(shown.ToString());
    }

    /// <summary>A number for people; an en dash where it is not known.</summary>
    public static string Number(double value, int decimals, string unit = "") =>
        double.IsFinite(value) ? value.ToString("F" + decimals, CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal) + (unit.Length > 0 ? " " + unit : "") : "–";

    public static string Percent(double share) => double.IsFinite(share) ? Number(100 * share, 1) + " %" : "–";

    /// <summary>A table whose cells are escaped here.</summary>
    /// <param name="numeric">Which columns are right-aligned.</param>
    /// <param name="marked">Which rows stand out, with the word "!" for those who cannot see the colour.</param>
    public static string Table(string caption, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows, Func<int, bool> numeric, Func<int, bool>? marked = null)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"scroll\"><table><caption>{Escape(caption)}</caption><thead><tr>");
        for (int c = 0; c < heads.Count; c++) html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\"{(numeric(c) ? " class=\"n\"" : "")}>{Escape(heads[c])}</th>");
        html.Append("</tr></thead><tbody>");
        int r = 0;
        foreach (IReadOnlyList<string> row in rows)
        {
            bool mark = marked?.Invoke(r) ?? false;
            html.Append(mark ? "<tr class=\"mark\">" : "<tr>");
            for (int c = 0; c < row.Count; c++) html.Append(CultureInfo.InvariantCulture, $"<td{(numeric(c) ? " class=\"n\"" : "")}>{(mark && c == 0 ? "⚠ " : "")}{Escape(row[c])}</td>");
            html.Append("</tr>");
            r++;
        }
        return html.Append("</tbody></table></div>").ToString();
    }
}
