using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary>The values of <c>--filter</c>: <c>name=value</c>.</summary>
internal static class FilterOptions
{
    internal static string? Complaint(string text) =>
        text.Contains('=', StringComparison.Ordinal) ? null : "bad format of filter (expected name=value)";

    internal static Filters? Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return null;
        var filters = new Filters();
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            filters.Add(text[..equals].Trim().ToLowerInvariant(), text[(equals + 1)..].Trim());
        }
        return filters;
    }
}
