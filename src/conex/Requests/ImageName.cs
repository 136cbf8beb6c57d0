namespace Conex.Cli.Requests;

/// <summary>An image's name as it is typed, taken apart for requests and messages. Whether it is valid, the engine says.</summary>
internal static class ImageName
{
    /// <summary>The name with <c>:latest</c> when it has neither tag nor digest.</summary>
    internal static string WithTag(string name)
    {
        var (_, reference) = Split(name);
        return reference is null ? name + ":latest" : name;
    }

    /// <summary>The repository, and the tag or digest if there is one.</summary>
    internal static (string Repository, string? Reference) Split(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
            return (name[..at], name[(at + 1)..]);
        // A colon before the last slash parts a registry's port.
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..]) : (name, null);
    }
}
