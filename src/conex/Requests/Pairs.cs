namespace Conex.Cli.Requests;

/// <summary>Options of the form <c>name=value</c>.</summary>
internal static class Pairs
{
    /// <summary>A map of all <paramref name="options"/>, or null when there are none.</summary>
    internal static Dictionary<string, string>? Of(IReadOnlyList<string> options)
    {
        if (options.Count == 0)
            return null;
        var map = new Dictionary<string, string>(options.Count, StringComparer.Ordinal);
        foreach (var option in options)
            Add(map, option);
        return map;
    }

    internal static void Add(Dictionary<string, string> map, string option)
    {
        var (name, value) = Split(option, '=');
        map[name] = value ?? "";
    }

    /// <summary>What stands before and after the first <paramref name="separator"/>; null after it when it is missing.</summary>
    internal static (string Before, string? After) Split(string text, char separator)
    {
        var place = text.IndexOf(separator, StringComparison.Ordinal);
        return place < 0 ? (text, null) : (text[..place], text[(place + 1)..]);
    }
}
