using System.Text;

namespace Conex.Cli.Requests;

/// <summary>The fields of one line of comma-separated values (RFC 4180), which is how <c>--mount</c> quotes commas.</summary>
internal static class CsvFields
{
    /// <exception cref="FormatException">A quote is not closed.</exception>
    internal static List<string> Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; ; i++)
        {
            if (i < line.Length && line[i] == '"' && field.Length == 0)
            {
                i = Quoted(line, i, field);
                if (i < line.Length && line[i] != ',')
                    throw new FormatException("parse error: extraneous or missing \" in quoted-field");
            }
            if (i >= line.Length || line[i] == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (i >= line.Length)
                    return fields;
            }
            else
            {
                field.Append(line[i]);
            }
        }
    }

    /// <summary>Reads the quoted field that starts at <paramref name="open"/>; returns the place behind it.</summary>
    private static int Quoted(string line, int open, StringBuilder field)
    {
        for (var i = open + 1; i < line.Length; i++)
        {
            if (line[i] != '"')
            {
                field.Append(line[i]);
            }
            else if (i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else
            {
                return i + 1;
            }
        }
        throw new FormatException("parse error: extraneous or missing \" in quoted-field");
    }
}
