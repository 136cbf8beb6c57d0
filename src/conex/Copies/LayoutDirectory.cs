using Conex.Cli.Output;
using Conex.DockerApi.Client;
using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Cli.Copies;

/// <summary>An OCI layout as a directory (image-spec image-layout.md), or what skopeo calls dir:. It goes to the engine and comes from it as a tar.</summary>
internal sealed class LayoutDirectory : IDisposable
{
    private readonly DirectoryHandle directory;

    private LayoutDirectory(DirectoryHandle directory) => this.directory = directory;

    /// <summary>The directory at a path; null when something else is there.</summary>
    /// <exception cref="KernelException">It cannot be opened.</exception>
    internal static LayoutDirectory? TryOpen(string path) =>
        PathAt.Status(path) is { IsDirectory: true } ? new LayoutDirectory(PathAt.OpenDirectory(path)) : null;

    /// <summary>A new directory, or an empty one.</summary>
    /// <exception cref="CommandException">Something is in it.</exception>
    /// <exception cref="KernelException">It cannot be made.</exception>
    internal static LayoutDirectory Make(string path)
    {
        PathAt.TryMakeDirectory(PathAt.Current, path, 0x1ED);
        var made = new LayoutDirectory(PathAt.OpenDirectory(path));
        if (DirectoryEntries.Read(made.directory).Count > 0)
            throw new CommandException($"the directory {path} is not empty: give a new one");
        return made;
    }

    /// <summary>Writes the layout as a tar.</summary>
    internal void Write(Stream target)
    {
        var tar = new TarWriter(target);
        using var archive = new TreeArchive(tar, TreeForm.Plain);
        archive.AddContent(directory, [], CancellationToken.None);
        tar.Finish();
    }

    /// <summary>Takes the layout out of a tar.</summary>
    /// <exception cref="CommandException">The tar is broken.</exception>
    internal void Take(EngineResponse response)
    {
        try
        {
            var reader = new TarReader(new ResponseStream(response));
            TreeExtractor.Extract(reader, directory, [], new ExtractionRules { KeepsOwners = false });
            reader.Drain();
        }
        catch (Exception wrong) when (wrong is TarException or TreeException)
        {
            throw new CommandException(wrong.Message);
        }
    }

    public void Dispose() => directory.Dispose();
}
