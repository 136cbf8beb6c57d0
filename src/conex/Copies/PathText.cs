namespace Conex.Cli.Copies;

/// <summary>Paths as text, with the meaning that <c>cp</c> gives to their last characters: <c>dir/</c> must be a directory, <c>dir/.</c> is what
/// is in it.</summary>
internal static class PathText
{
    /// <summary>Without <c>.</c>, <c>..</c> where something is before it, and doubled and trailing slashes; <c>.</c> for nothing.</summary>
    internal static string Clean(string path)
    {
        var rooted = path.StartsWith('/');
        List<string> parts = [];
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts is [.., not ".."])
                parts.RemoveAt(parts.Count - 1);
            else if (!rooted)
                parts.Add(part);
        }
        var text = string.Join('/', parts);
        return rooted ? $"/{text}"
            : text.Length == 0 ? "."
            : text;
    }

    /// <summary>The content of a directory is meant.</summary>
    internal static bool IsContent(string path) => path == "." || path.EndsWith("/.", StringComparison.Ordinal);

    /// <summary>It must be a directory.</summary>
    internal static bool IsDirectory(string path) => path.EndsWith('/') || IsContent(path);

    /// <summary>The directory that holds what is named, and its name in there: <c>.</c> for a directory's content, which the directory holds
    /// itself, and <c>/</c> for the root.</summary>
    internal static (string Directory, string Name) Split(string path)
    {
        var clean = Clean(path);
        if (IsContent(path))
            return (clean, ".");
        var slash = clean.LastIndexOf('/');
        return slash switch
        {
            < 0 => (".", clean),
            0 when clean.Length == 1 => ("/", "/"),
            0 => ("/", clean[1..]),
            _ => (clean[..slash], clean[(slash + 1)..]),
        };
    }

    /// <summary>Where a symbolic link at a path leads in one step.</summary>
    internal static string Join(string link, string target) => target.StartsWith('/') ? target : Clean($"{Split(link).Directory}/{target}");

    /// <summary>From the root, cleaned, with the meaning of its end kept.</summary>
    internal static string Absolute(string path)
    {
        var clean = Clean(path.StartsWith('/') ? path : $"{Environment.CurrentDirectory}/{path}");
        return IsContent(path) ? $"{clean.TrimEnd('/')}/."
            : path.EndsWith('/') && clean.Length > 1 ? $"{clean}/"
            : clean;
    }
}
