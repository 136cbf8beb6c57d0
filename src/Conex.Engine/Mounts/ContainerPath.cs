namespace Conex.Engine.Mounts;

/// <summary>Paths as text: what filepath.Clean does for docker.</summary>
internal static class ContainerPath
{
    /// <summary>An absolute path without <c>.</c>, <c>..</c>, doubled and trailing slashes.</summary>
    internal static string Clean(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part is not ".")
            {
                parts.Add(part);
            }
        }
        return $"/{string.Join('/', parts)}";
    }

    internal static int Depth(string cleanPath) => cleanPath.Length == 1 ? 0 : cleanPath.AsSpan().Count('/');
}
