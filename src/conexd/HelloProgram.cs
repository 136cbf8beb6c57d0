using Conex.Linux.Files;

namespace Conex.Daemon;

/// <summary>The program of the image <c>hello</c>.</summary>
internal static class HelloProgram
{
    /// <summary>The program's file beside this one; null when it is not there.</summary>
    internal static string? Find(string programs)
    {
        string path = $"{programs}/hello";
        return PathAt.Status(path) is null ? null : path;
    }
}
