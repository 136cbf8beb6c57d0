namespace Conex.Runtime.LaunchPlans;

/// <summary>Paths as a container sees them, cleaned by text alone: the kernel resolves the rest inside the root.</summary>
internal static class ContainerPath
{
    /// <summary>An absolute path without empty, <c>.</c> and <c>..</c> components; <c>/</c> for the root itself.</summary>
    internal static string Normalize(string path)
    {
        if (IsClean(path))
        {
            return path;
        }
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part.Length > 0 && part != ".")
            {
                parts.Add(part);
            }
        }
        return $"/{string.Join('/', parts)}";
    }

    /// <summary>The components of a normalized path; none for the root.</summary>
    internal static string[] Components(string normalized) => normalized.Length == 1 ? [] : normalized[1..].Split('/');

    private static bool IsClean(string path) =>
        path.Length > 1
        && path[0] == '/'
        && path[^1] != '/'
        && !path.Contains("//", StringComparison.Ordinal)
        && !path.Contains("/.", StringComparison.Ordinal);
}
