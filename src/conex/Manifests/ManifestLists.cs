using Conex.Cli.Credentials;
using Conex.Cli.Output;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Cli.Manifests;

/// <summary>Manifest lists that were made and not pushed yet, where docker keeps its own: a directory for each list in
/// <c>~/.docker/manifests</c>, a file for each manifest.</summary>
internal static class ManifestLists
{
    private const int LargestFile = 16 << 20;

    private static string Root => $"{CredentialFiles.DockerFile[..CredentialFiles.DockerFile.LastIndexOf('/')]}/manifests";

    /// <summary>The manifests of a list, sorted by their files' names; null when there is no such list.</summary>
    /// <exception cref="FormatException">A file cannot be understood.</exception>
    internal static IReadOnlyList<ManifestEntry>? TryRead(ImageReference list)
    {
        using var directory = PathAt.TryOpenDirectory(PathOf(list));
        if (directory is null)
            return null;
        return
        [
            .. DirectoryEntries
                .Read(directory)
                .Select(static entry => entry.Text)
                .Where(static name => !name.StartsWith('.'))
                .Order(StringComparer.Ordinal)
                .Select(name => ManifestEntry.Parse(FileIo.ReadAll(directory, name, LargestFile), $"{PathOf(list)}/{name}")),
        ];
    }

    /// <summary>A manifest of a list; null when it is not in it.</summary>
    internal static ManifestEntry? TryRead(ImageReference list, ImageReference manifest)
    {
        var path = $"{PathOf(list)}/{Safe(manifest)}";
        return PathAt.Status(path) is null ? null : ManifestEntry.Parse(FileIo.ReadAll(path, LargestFile), path);
    }

    internal static void Write(ImageReference list, ManifestEntry manifest)
    {
        Directory.CreateDirectory(PathOf(list), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AtomicFile.Write($"{PathOf(list)}/{Safe(manifest.Reference)}", manifest.ToUtf8Json(), mode: 0x1A4);
    }

    /// <exception cref="CommandException">There is no such list.</exception>
    internal static void Remove(ImageReference list)
    {
        try
        {
            if (!DirectoryTree.Remove(PathAt.Current, PathOf(list)))
                throw new CommandException($"No such manifest: {list.Familiar}");
        }
        catch (KernelException wrong) when (wrong.Error == Errno.ENOTDIR)
        {
            throw new CommandException($"No such manifest: {list.Familiar}");
        }
    }

    private static string PathOf(ImageReference list) => $"{Root}/{Safe(list)}";

    /// <summary>Docker's names of files.</summary>
    private static string Safe(ImageReference reference) => reference.ToString().Replace(':', '-').Replace('/', '_');
}
