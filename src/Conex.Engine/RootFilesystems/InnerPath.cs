using Conex.Engine.Errors;
using Conex.Engine.Mounts;

namespace Conex.Engine.RootFilesystems;

/// <summary>A path in a container as docker cp reads it: always from the root, and with a meaning in its last character.</summary>
internal readonly record struct InnerPath
{
    private InnerPath(string text, string clean) => (Text, Clean) = (text, clean);

    /// <summary>As it was given.</summary>
    internal string Text { get; }

    /// <summary>Absolute, without <c>.</c>, <c>..</c> and a slash at the end.</summary>
    internal string Clean { get; }

    /// <summary>The content of a directory is meant, not the directory.</summary>
    internal bool IsContent => Text is "." || Text.EndsWith("/.", StringComparison.Ordinal);

    /// <summary>What is there must be a directory; a symbolic link at the end is followed.</summary>
    internal bool IsDirectory => IsContent || Text.EndsWith('/') || Clean.Length == 1;

    /// <summary>For calls on the root's descriptor.</summary>
    internal string Relative => Clean.Length == 1 ? "." : Clean[1..];

    /// <summary>The last component; <c>/</c> for the root, <c>.</c> for a directory's content.</summary>
    internal string Name =>
        IsContent ? "."
        : Clean.Length == 1 ? "/"
        : Clean[(Clean.LastIndexOf('/') + 1)..];

    /// <summary>The path of the directory that holds it, for calls on the root's descriptor.</summary>
    internal string Parent => Clean.LastIndexOf('/') is > 0 and var slash ? Clean[1..slash] : ".";

    /// <exception cref="InvalidRequestException">It is empty, or no path at all.</exception>
    internal static InnerPath Parse(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            throw new InvalidRequestException("bad parameter: 'path' cannot be empty");
        }
        return path.Contains('\0', StringComparison.Ordinal)
            ? throw new InvalidRequestException("bad parameter: 'path' holds a NUL byte")
            : new InnerPath(path, ContainerPath.Clean(path));
    }
}
