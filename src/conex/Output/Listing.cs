using Conex.Cli.Templates;

namespace Conex.Cli.Output;

/// <summary>A list of things, printed as docker's <c>--format</c> says: columns, JSON or a template.</summary>
/// <param name="headings">The heading of each field, in the order in which fields are given to <see cref="Add"/>.</param>
internal sealed class Listing((string Field, string Heading)[] headings)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row: the value of each field.</summary>
    internal void Add(params string[] values) => _rows.Add(values);

    /// <summary>The text to print.</summary>
    /// <param name="format"><c>json</c>, <c>table</c>, <c>table TEMPLATE</c>, a template; null or empty for <paramref name="columns"/>.</param>
    /// <param name="columns">The fields that the table shows.</param>
    /// <exception cref="FormatException">The template is wrong.</exception>
    internal string Text(string? format, string[] columns)
    {
        if (string.IsNullOrEmpty(format) || format == "table")
            return Table(columns);
        if (format == "json")
            return string.Concat(_rows.ConvertAll(row => Json(row) + "\n"));
        var isTable = format.StartsWith("table ", StringComparison.Ordinal);
        var template = Template.Parse(isTable ? format["table ".Length..].Trim() : format);
        var lines = _rows.ConvertAll(row => Fill(template, row));
        if (!isTable)
            return string.Concat(lines.ConvertAll(static line => line + "\n"));
        var table = new Columns();
        table.Add(Fill(template, Array.ConvertAll(headings, static heading => heading.Heading)).Split('\t'));
        foreach (var line in lines)
            table.Add(line.Split('\t'));
        return table.ToString();
    }

    private string Table(string[] columns)
    {
        var places = Array.ConvertAll(columns, column => Array.FindIndex(headings, heading => heading.Field == column));
        var table = new Columns();
        table.Add(Array.ConvertAll(places, place => headings[place].Heading));
        foreach (var row in _rows)
            table.Add(Array.ConvertAll(places, place => row[place]));
        return table.ToString();
    }

    private string Fill(Template template, string[] row)
    {
        var members = new List<(string, object?)>(row.Length);
        for (var i = 0; i < row.Length; i++)
            members.Add((headings[i].Field, row[i]));
        return template.Fill(new JsonMap(members));
    }

    private string Json(string[] row)
    {
        var members = new List<(string Name, object? Value)>(row.Length);
        for (var i = 0; i < row.Length; i++)
            members.Add((headings[i].Field, row[i]));
        members.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return TemplateValue.Json(new JsonMap(members));
    }
}
