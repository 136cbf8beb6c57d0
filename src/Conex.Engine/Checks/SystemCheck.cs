using Conex.Engine.Containers;
using Conex.Engine.Images;
using Conex.Images.Checks;
using Conex.Images.Content;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Engine.Checks;

/// <summary>Looks through the data directory: images first, then whether each container has what it needs.</summary>
public sealed class SystemCheck
{
    private readonly ContainerIndex index;
    private readonly EnginePaths paths;
    private readonly ImageService images;

    internal SystemCheck(ContainerIndex index, EnginePaths paths, ImageService images)
    {
        this.index = index;
        this.paths = paths;
        this.images = images;
    }

    /// <summary>Looks, and puts right what can be where that is asked for. Nothing that a container uses is removed.</summary>
    public async Task<SystemReport> RunAsync(CheckOptions options, CancellationToken cancellationToken = default)
    {
        StoreReport store = await StoreCheck.RunAsync(images.Store, options, images.UsersOf, cancellationToken);
        var findings = new List<StoreFinding>(store.Findings);
        int sound = 0;
        foreach (Container container in index.All)
        {
            if (Problem(container) is not { } problem)
            {
                sound++;
            }
            else if (index.TryFind(container.Id, out _))
            {
                findings.Add(new StoreFinding($"container {container.Record.Name}: {problem.Text}", problem.Help, IsRepaired: false));
            }
        }
        findings.AddRange(Unreadable());
        return new SystemReport(store, sound, findings);
    }

    private (string Text, string Help)? Problem(Container container)
    {
        string image = container.Record.Configuration.Image;
        string help = $"pull or load its image {image} again, or remove it by \"conex rm {container.Record.Name}\"";
        foreach (Digest layer in images.Store.MissingLayers(container.Record.Layers))
        {
            return ($"its layer {layer} is missing", help);
        }
        if (PathAt.Status(container.Files.Upper) is not { IsDirectory: true })
        {
            return ("its writable layer is missing", $"remove it by \"conex rm {container.Record.Name}\"");
        }
        try
        {
            return images.Store.FindById(Digest.Parse(container.Record.ImageId)) is null
                ? ($"its image {container.Record.ImageId} is missing", help)
                : null;
        }
        catch (BlobException e)
        {
            return ($"its image is not whole: {e.Message}", help);
        }
    }

    /// <summary>Containers whose records this engine could not read at its start.</summary>
    private IEnumerable<StoreFinding> Unreadable()
    {
        using DirectoryHandle directory = PathAt.OpenDirectory(paths.Containers);
        foreach (DirectoryEntry entry in DirectoryEntries.Read(directory))
        {
            string record = new ContainerFiles(paths, entry.Text).Record;
            if (RandomId.IsOne(entry.Text) && PathAt.Status(record) is not null && !ContainerStore.CanRead(record))
            {
                yield return new StoreFinding(
                    $"container {entry.Text}: its record cannot be read",
                    $"what it wrote is in {paths.Containers}/{entry.Text}/upper; once that is saved remove the directory",
                    IsRepaired: false
                );
            }
        }
    }
}
