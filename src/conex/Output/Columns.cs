using System.Text;

namespace Conex.Cli.Output;

/// <summary>Rows of text in aligned columns, three spaces apart; the last column is not padded.</summary>
/// <param name="narrowest">Fewest characters of a column with its spaces.</param>
internal sealed class Columns(int narrowest = 10)
{
    private const int Gap = 3;
    private readonly List<string[]> _rows = [];

    internal void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = new List<int>();
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length - 1; i++)
            {
                if (i == widths.Count)
                    widths.Add(narrowest);
                widths[i] = Math.Max(widths[i], Width(row[i]) + Gap);
            }
        }
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                text.Append(row[i]);
                if (i < row.Length - 1)
                    text.Append(' ', widths[i] - Width(row[i]));
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    private static int Width(string cell)
    {
        var width = 0;
        foreach (var c in cell)
            width += char.IsLowSurrogate(c) ? 0 : 1;
        return width;
    }
}
