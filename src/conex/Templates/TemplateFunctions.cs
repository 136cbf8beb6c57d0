using System.Globalization;
using System.Text;
using Conex.CommandLine.Values;

namespace Conex.Cli.Templates;

/// <summary>The functions of templates: docker's and the common ones of Go.</summary>
internal static class TemplateFunctions
{
    internal static bool Exists(string name) =>
        name
            is "json"
                or "join"
                or "upper"
                or "lower"
                or "title"
                or "split"
                or "pad"
                or "truncate"
                or "index"
                or "len"
                or "print"
                or "println"
                or "printf"
                or "eq"
                or "ne"
                or "not"
                or "and"
                or "or";

    internal static object? Call(string name, List<object?> a)
    {
        switch (name)
        {
            case "json" when a.Count == 1:
                return TemplateValue.Json(a[0]);
            case "join" when a.Count == 2:
                return string.Join(TemplateValue.Text(a[1]), TemplateValue.Items(a[0]).ConvertAll(TemplateValue.Text));
            case "upper" when a.Count == 1:
                return TemplateValue.Text(a[0]).ToUpperInvariant();
            case "lower" when a.Count == 1:
                return TemplateValue.Text(a[0]).ToLowerInvariant();
            case "title" when a.Count == 1:
                return Title(TemplateValue.Text(a[0]));
            case "split" when a.Count == 2:
                return new List<object?>(TemplateValue.Text(a[0]).Split(TemplateValue.Text(a[1])));
            case "pad" when a is [_, long before, long after] && before is >= 0 and < 1000 && after is >= 0 and < 1000:
                return new string(' ', (int)before) + TemplateValue.Text(a[0]) + new string(' ', (int)after);
            case "truncate" when a is [_, long length] && length >= 0:
                var text = TemplateValue.Text(a[0]);
                return text.Length > length ? text[..(int)length] : text;
            case "index" when a.Count >= 2:
                var value = a[0];
                for (var i = 1; i < a.Count; i++)
                    value = Index(value, a[i]);
                return value;
            case "len" when a.Count == 1:
                return (long)TemplateValue.Length(a[0]);
            case "print":
                return string.Concat(a.ConvertAll(TemplateValue.Text));
            case "println":
                return string.Join(' ', a.ConvertAll(TemplateValue.Text)) + "\n";
            case "printf" when a.Count >= 1:
                return Format(TemplateValue.Text(a[0]), a);
            case "eq" when a.Count >= 2:
                return a.FindIndex(1, other => AreEqual(a[0], other)) > 0;
            case "ne" when a.Count == 2:
                return !AreEqual(a[0], a[1]);
            case "not" when a.Count == 1:
                return !TemplateValue.IsTrue(a[0]);
            case "and" when a.Count >= 1:
                return a.Find(static value => !TemplateValue.IsTrue(value)) ?? a[^1];
            case "or" when a.Count >= 1:
                return a.Find(TemplateValue.IsTrue) ?? a[^1];
            default:
                throw new FormatException($"the template's function {name} does not take these {a.Count} arguments");
        }
    }

    private static bool AreEqual(object? a, object? b) => TemplateValue.Text(a) == TemplateValue.Text(b);

    private static object? Index(object? value, object? key)
    {
        switch (value)
        {
            case JsonMap map:
                return map.TryGet(TemplateValue.Text(key), out var member) ? member : "";
            case null:
                return "";
        }
        var items = TemplateValue.Items(value);
        if (key is long i && i >= 0 && i < items.Count)
            return items[(int)i];
        throw new FormatException($"the template's index {TemplateValue.Text(key)} is out of range: the list has {items.Count} items");
    }

    private static string Title(string text)
    {
        var title = text.ToCharArray();
        for (var i = 0; i < title.Length; i++)
        {
            if (i == 0 || title[i - 1] == ' ')
                title[i] = char.ToUpperInvariant(title[i]);
        }
        return new string(title);
    }

    /// <summary>The verbs %s, %v, %d, %q and %%, with a width as in <c>%-20s</c>.</summary>
    private static string Format(string format, List<object?> arguments)
    {
        var output = new StringBuilder();
        var next = 1;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                output.Append(format[i]);
                continue;
            }
            var start = ++i;
            while (i < format.Length && (format[i] == '-' || char.IsAsciiDigit(format[i])))
                i++;
            var verb = i < format.Length ? format[i] : '\0';
            if (verb == '%')
            {
                output.Append('%');
                continue;
            }
            if (verb is not ('s' or 'v' or 'd' or 'q') || next >= arguments.Count)
                throw new FormatException($"the template's printf cannot use %{verb} here");
            var text = TemplateValue.Text(arguments[next++]);
            if (verb == 'q')
                text = QuotedText.Of(text);
            var width = format.AsSpan(start, i - start);
            if (!width.IsEmpty && int.TryParse(width, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var columns))
                text = columns < 0 ? text.PadRight(Math.Min(-columns, 1000)) : text.PadLeft(Math.Min(columns, 1000));
            output.Append(text);
        }
        return output.ToString();
    }
}
