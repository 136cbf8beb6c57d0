using System.Text;
using Conex.Cli.Output;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Cli.Copies;

/// <summary>A local path that is to be copied.</summary>
internal sealed class LocalSource : IDisposable
{
    private readonly DirectoryHandle directory;
    private readonly byte[] entry;

    private LocalSource(string name, bool isDirectory, DirectoryHandle directory, byte[] entry)
    {
        Name = name;
        IsDirectory = isDirectory;
        this.directory = directory;
        this.entry = entry;
    }

    /// <summary>What the copy is called where its destination is a directory; <c>.</c> for a directory's content.</summary>
    internal string Name { get; }

    internal bool IsDirectory { get; }

    /// <param name="followLink">Whether a symbolic link at the end is followed; one with a slash behind it always is.</param>
    /// <exception cref="CommandException">Nothing is there.</exception>
    internal static LocalSource Open(string text, bool followLink)
    {
        var path = PathText.Absolute(text);
        var follow = followLink || PathText.IsDirectory(path);
        using var found = PathAt.TryOpen(PathAt.Current, path, OpenMode.Path | (follow ? 0 : OpenMode.NoFollow), out var error);
        if (found is null)
            throw new CommandException($"lstat {path.TrimEnd('/')}: {Reason(error)}");
        var name = PathText.Split(path).Name;
        if (PathAt.Status(found, "") is { IsDirectory: true })
            return new LocalSource(name is "/" ? "." : name, true, PathAt.OpenDirectory(found, "."), "."u8.ToArray());
        // A followed link is named by where it leads, in whose directory it lies.
        var real = follow ? PathAt.ReadLink(PathAt.Current, $"/proc/self/fd/{found.Descriptor}") : path;
        var (parent, entry) = PathText.Split(real);
        return new LocalSource(name, false, PathAt.OpenDirectory(parent), Encoding.UTF8.GetBytes(entry));
    }

    /// <summary>Writes the source to an archive.</summary>
    /// <param name="name">What it is called there.</param>
    internal void Archive(TreeArchive archive, byte[] name) => archive.Add(directory, entry, name, CancellationToken.None);

    public void Dispose() => directory.Dispose();

    private static string Reason(Errno error) =>
        error switch
        {
            Errno.ENOENT => "no such file or directory",
            Errno.ENOTDIR => "not a directory",
            _ => KernelException.Explain(error),
        };
}
