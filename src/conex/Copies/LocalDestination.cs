using Conex.Cli.Output;
using Conex.Linux.Files;

namespace Conex.Cli.Copies;

/// <summary>What is at a local path that is to be written to.</summary>
/// <param name="Path">Absolute, with a symbolic link at its end followed.</param>
/// <param name="IsDirectory">Null: nothing is there, and its directory is.</param>
internal readonly record struct LocalDestination(string Path, bool? IsDirectory)
{
    private const int MostLinks = 10;

    /// <exception cref="CommandException">Nothing can be written there.</exception>
    internal static LocalDestination Look(string text)
    {
        var path = PathText.Absolute(text);
        RequireDirectoryOf(path);
        if (PathAt.Status(path) is { Kind: not (FileKind.Directory or FileKind.Regular) })
            throw new CommandException($"invalid output path: \"{text}\" must be a directory or a regular file: got a device");
        var links = 0;
        FileStatus? status;
        while ((status = PathAt.Status(path, follow: false)) is { Kind: FileKind.SymbolicLink })
        {
            if (++links > MostLinks)
                throw new CommandException($"too many symlinks in {text}");
            path = PathText.Join(path, PathAt.ReadLink(PathAt.Current, path));
        }
        if (status is null)
            RequireDirectoryOf(path);
        return new LocalDestination(path, status?.IsDirectory);
    }

    private static void RequireDirectoryOf(string path)
    {
        var directory = PathText.Split(path.TrimEnd('/').Length == 0 ? "/" : path).Directory;
        if (PathAt.Status(directory) is not { IsDirectory: true })
            throw new CommandException($"invalid output path: directory \"{directory}\" does not exist");
    }
}
