using System.Globalization;

namespace Conex.Linux.Systemd;

/// <summary>Reads a property's value from the text form of GVariant, in which annotations write it: <c>'text'</c>, <c>true</c>,
/// <c>uint64 5</c>, <c>['a', 'b']</c>.</summary>
public static class PropertyText
{
    /// <summary>The value, of a type that <see cref="UnitProperty"/> takes.</summary>
    /// <exception cref="FormatException">It is none, or of another type.</exception>
    public static object Parse(string text)
    {
        string value = text.Trim();
        return value switch
        {
            "true" => true,
            "false" => false,
            _ when value.StartsWith('[') => List(value),
            _ when value.StartsWith('\'') || value.StartsWith('"') => Quoted(value),
            _ => Number(value),
        };
    }

    private static object Number(string text)
    {
        int space = text.IndexOf(' ');
        string type = space < 0 ? "" : text[..space];
        string digits = text[(space + 1)..].Trim();
        try
        {
            return type switch
            {
                "uint32" => (object)uint.Parse(digits, CultureInfo.InvariantCulture),
                "int64" => long.Parse(digits, CultureInfo.InvariantCulture),
                "uint64" => ulong.Parse(digits, CultureInfo.InvariantCulture),
                "double" => double.Parse(digits, CultureInfo.InvariantCulture),
                "" when digits.Contains('.') => double.Parse(digits, CultureInfo.InvariantCulture),
                "" or "int32" => int.Parse(digits, CultureInfo.InvariantCulture),
                _ => throw Invalid(text),
            };
        }
        catch (Exception e) when (e is OverflowException or FormatException)
        {
            throw Invalid(text);
        }
    }

    private static string[] List(string text)
    {
        var items = new List<string>();
        int at = 1;
        while (true)
        {
            at = SkipSpace(text, at);
            if (items.Count == 0 && at == text.Length - 1 && text[at] == ']')
            {
                return [];
            }
            int end = EndOfQuoted(text, at);
            items.Add(Quoted(text[at..end]));
            at = SkipSpace(text, end);
            if (at == text.Length - 1 && text[at] == ']')
            {
                return [.. items];
            }
            at = at < text.Length && text[at] == ',' ? at + 1 : throw Invalid(text);
        }
    }

    private static string Quoted(string text)
    {
        if (EndOfQuoted(text, 0) != text.Length)
        {
            throw Invalid(text);
        }
        var result = new System.Text.StringBuilder(text.Length);
        for (int i = 1; i < text.Length - 1; i++)
        {
            i += text[i] == '\\' ? 1 : 0;
            result.Append(text[i]);
        }
        return result.ToString();
    }

    /// <summary>The place after a text's closing quote.</summary>
    private static int EndOfQuoted(string text, int start)
    {
        if (start >= text.Length || text[start] is not ('\'' or '"'))
        {
            throw Invalid(text);
        }
        for (int i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == text[start])
            {
                return i + 1;
            }
        }
        throw Invalid(text);
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }
        return at;
    }

    private static FormatException Invalid(string text) =>
        new($"'{text}' is no property value: write 'text', true, 5, uint64 5 or ['a', 'b']");
}
