using Conex.Engine.Errors;
using Conex.Engine.Images;
using Conex.Engine.Mounts;
using Conex.Engine.Specs;
using Conex.Images;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Oci.ImageSpec;

namespace Conex.Engine.Containers;

/// <summary>Makes containers.</summary>
internal sealed class ContainerCreation(
    ContainerIndex index,
    ContainerStore store,
    ImageService images,
    ContainerEvents events,
    TimeProvider time
)
{
    private const int ShortIdLength = 12;
    private const int MostAttempts = 16;

    internal CreatedContainer Create(string? name, ContainerConfiguration request)
    {
        string id = RandomId.Create();
        string? wanted = string.IsNullOrEmpty(name) ? null : ContainerNames.Normalize(name);
        StoredImage image = Reserve(request.Image, id);
        try
        {
            return Create(id, wanted, request, image);
        }
        catch
        {
            index.ReleaseImage(id);
            // Somebody may have removed it by force meanwhile.
            images.Store.ReleaseRemoved(one => index.UsersOf(one.ToString()).Count > 0);
            throw;
        }
    }

    /// <summary>Finds the image and makes the new container one of its users: nobody removes it under the container's hands.</summary>
    private StoredImage Reserve(string name, string id)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            StoredImage image = images.Resolve(name);
            index.ReserveImage(id, image.Id.ToString());
            // Whoever looked for users before the reservation has removed it by now.
            if (images.Store.FindById(image.Id) is { } there)
            {
                return there;
            }
            index.ReleaseImage(id);
        }
        throw new NotFoundException($"No such image: {name}");
    }

    private CreatedContainer Create(string id, string? wanted, ContainerConfiguration request, StoredImage image)
    {
        ContainerConfiguration configuration = Complete(request, image, id);
        SpecParts parts = SpecParts.From(configuration);
        BindSources.Check(parts.Mounts);
        if (wanted is null)
        {
            wanted = index.ReserveAny(id);
        }
        else
        {
            index.Reserve(wanted, id);
        }
        try
        {
            var record = new ContainerRecord
            {
                Id = id,
                Name = wanted,
                CreatedAt = time.GetUtcNow(),
                ImageId = image.Id.ToString(),
                Configuration = configuration,
                Layers = images.Store.LayerDirectories(image),
            };
            Container container = Write(record);
            index.Add(container);
            index.ReleaseImage(id);
            events.Publish(container, "create");
        }
        catch
        {
            index.Release(wanted);
            throw;
        }
        return new CreatedContainer(id, parts.Network.Warning is { } warning ? [warning] : []);
    }

    private static ContainerConfiguration Complete(ContainerConfiguration request, StoredImage image, string id)
    {
        ContainerConfiguration merged = ImageDefaults.Merge(request, image.Config.Config ?? new ImageExecution());
        bool sharesName = merged.Host.UtsMode is "host" || merged.Host.NetworkMode is "host";
        string hostname =
            merged.Hostname.Length > 0 ? merged.Hostname
            : sharesName ? Environment.MachineName
            : id[..ShortIdLength];
        return merged with { Hostname = hostname };
    }

    private Container Write(ContainerRecord record)
    {
        ContainerFiles files = store.FilesOf(record.Id);
        try
        {
            ContainerStore.MakeDirectories(files);
            store.WriteRecord(record, files, isNew: true);
            CrashStep.At("container.create.record-written");
            return new Container(record, files);
        }
        catch
        {
            DirectoryTree.Remove(PathAt.Current, files.Directory);
            throw;
        }
    }
}
