using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Conex.Cli.Templates;

/// <summary>Values of a template: what <see cref="JsonTree"/> reads, and whole numbers of the template. They print as Go prints them.</summary>
internal static class TemplateValue
{
    internal static object? Field(object? value, string name)
    {
        if (value is JsonMap map && map.TryGet(name, out var member))
            return member;
        throw new FormatException($"the template asks for .{name}, which is not there");
    }

    internal static bool IsTrue(object? value) =>
        value switch
        {
            null => false,
            bool truth => truth,
            long number => number != 0,
            JsonNumber number => number.Text.AsSpan().ContainsAnyInRange('1', '9'),
            string text => text.Length > 0,
            List<object?> list => list.Count > 0,
            JsonMap map => map.Members.Count > 0,
            _ => true,
        };

    /// <summary>What <c>range</c> goes through: a list's items, an object's values in the order of their names.</summary>
    internal static List<object?> Items(object? value) =>
        value switch
        {
            List<object?> list => list,
            JsonMap map => Sorted(map).ConvertAll(static member => member.Value),
            null => [],
            _ => throw new FormatException($"the template ranges over {Text(value)}, which is no list"),
        };

    internal static int Length(object? value) =>
        value switch
        {
            string text => Encoding.UTF8.GetByteCount(text),
            List<object?> list => list.Count,
            JsonMap map => map.Members.Count,
            null => 0,
            _ => throw new FormatException($"the template asks for the length of {Text(value)}"),
        };

    internal static string Text(object? value) =>
        value switch
        {
            null => "<nil>",
            string text => text,
            bool truth => truth ? "true" : "false",
            long number => number.ToString(CultureInfo.InvariantCulture),
            JsonNumber number => number.Text,
            List<object?> list => $"[{string.Join(' ', list.ConvertAll(Text))}]",
            JsonMap map => $"map[{string.Join(' ', Sorted(map).ConvertAll(static member => $"{member.Name}:{Text(member.Value)}"))}]",
            _ => "",
        };

    internal static string Json(object? value) =>
        value switch
        {
            null => "null",
            string text => Quoted(text),
            List<object?> list => $"[{string.Join(',', list.ConvertAll(Json))}]",
            JsonMap map =>
                $"{{{string.Join(',', map.Members.ConvertAll(static member => $"{Quoted(member.Name)}:{Json(member.Value)}"))}}}",
            _ => Text(value),
        };

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static List<(string Name, object? Value)> Sorted(JsonMap map)
    {
        var members = new List<(string Name, object? Value)>(map.Members);
        members.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return members;
    }
}
