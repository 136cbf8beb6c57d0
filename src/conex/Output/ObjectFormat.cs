using System.Text;
using Conex.Cli.Templates;

namespace Conex.Cli.Output;

/// <summary>One object, printed as <c>--format</c> says: <c>json</c> or a template over its JSON.</summary>
internal static class ObjectFormat
{
    /// <exception cref="FormatException">The template is wrong, or asks for what is not there.</exception>
    internal static string Text(string format, byte[] json)
    {
        if (format == "json")
            return JsonText.Compact(json) + "\n";
        return Template.Parse(format).Fill(JsonTree.Parse(json)) + "\n";
    }

    /// <summary>A JSON array of <paramref name="objects"/>, one member a line.</summary>
    internal static string Array(List<byte[]> objects)
    {
        if (objects.Count == 0)
            return "[]\n";
        var text = new StringBuilder("[\n");
        for (var i = 0; i < objects.Count; i++)
            text.Append(i == 0 ? "    " : ",\n    ").Append(Encoding.UTF8.GetString(JsonText.Indented(objects[i], depth: 1)));
        return text.Append("\n]\n").ToString();
    }
}
