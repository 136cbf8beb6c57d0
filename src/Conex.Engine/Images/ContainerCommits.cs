using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.RootFilesystems;
using Conex.Engine.Runtimes;
using Conex.Images;
using Conex.Images.Archives;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Engine.Images;

/// <summary>Makes images of containers.</summary>
public sealed class ContainerCommits
{
    private readonly ContainerIndex index;
    private readonly ContainerEvents events;
    private readonly ImageService images;
    private readonly IRuntimeProgram runtime;

    internal ContainerCommits(ContainerIndex index, ContainerEvents events, ImageService images, IRuntimeProgram runtime)
    {
        this.index = index;
        this.events = events;
        this.images = images;
        this.runtime = runtime;
    }

    /// <summary>Makes an image of a container, running or not.</summary>
    /// <exception cref="NotFoundException">No such container.</exception>
    /// <exception cref="ConflictException">The container is being removed.</exception>
    /// <exception cref="InvalidRequestException">The name cannot be one, or a change cannot be understood.</exception>
    public async Task<StoredImage> CommitAsync(string reference, CommitRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Container container = index.Find(reference);
        // Nobody starts or removes it meanwhile.
        await container.Operation.WaitAsync(cancellationToken);
        try
        {
            if (container.State.Status == ContainerStatus.Removing)
            {
                throw ContainerRemoval.InProgress(container);
            }
            if (!request.Pause || !container.State.IsRunning)
            {
                return await CommitAsync(container, request, cancellationToken);
            }
            await StandStillAsync(container);
            try
            {
                return await CommitAsync(container, request, cancellationToken);
            }
            finally
            {
                await GoOnAsync(runtime, container);
            }
        }
        finally
        {
            container.Operation.Release();
        }
    }

    /// <summary>Lets the processes of a container go on that an engine froze for a commit which it did not live to end.</summary>
    /// <exception cref="RuntimeException">The runtime refused.</exception>
    internal static Task ThawAsync(IRuntimeProgram runtime, Container container) =>
        PathAt.Status(container.Files.CommitMark) is null ? Task.CompletedTask : GoOnAsync(runtime, container);

    /// <summary>The mark is there before anything stands still, and until all goes on.</summary>
    private async Task StandStillAsync(Container container)
    {
        AtomicFile.Write(container.Files.CommitMark, []);
        CrashStep.At("image.commit.mark-written");
        try
        {
            await runtime.PauseAsync(container.Id);
        }
        catch
        {
            PathAt.Unlink(PathAt.Current, container.Files.CommitMark);
            throw;
        }
        CrashStep.At("image.commit.paused");
    }

    private static async Task GoOnAsync(IRuntimeProgram runtime, Container container)
    {
        await runtime.ResumeAsync(container.Id);
        CrashStep.At("image.commit.resumed");
        PathAt.Unlink(PathAt.Current, container.Files.CommitMark);
    }

    private async Task<StoredImage> CommitAsync(Container container, CommitRequest request, CancellationToken cancellationToken)
    {
        StoredImage parent =
            images.Store.FindById(Digest.Parse(container.Record.ImageId))
            ?? throw new NotFoundException($"No such image: {container.Record.ImageId}");
        using DirectoryHandle upper = PathAt.OpenDirectory(container.Files.Upper);
        var options = new CommitOptions
        {
            Parent = parent,
            Execution = Execution(container.Record.Configuration, parent.Config.Config),
            Reference = request.Name,
            Changes = request.Changes,
            Author = request.Author,
            Message = request.Message,
            CreatedBy = string.Join(' ', container.Record.Configuration.Command ?? []),
        };
        try
        {
            Func<string, bool> skips = MountPlaces.Of(container.Record).SkipsIn(upper);
            StoredImage image = await ContainerCommit.RunAsync(images.Store, upper, skips, options, cancellationToken);
            events.Publish(
                container,
                "commit",
                ("comment", request.Message),
                ("imageID", image.Id.ToString()),
                ("imageRef", request.Name?.ToString() ?? "")
            );
            return image;
        }
        catch (ImageArchiveException e)
        {
            throw new InvalidRequestException(e.Message);
        }
    }

    /// <summary>The container's values stand where they can differ from the image's; the rest is the image's.</summary>
    private static ImageExecution Execution(ContainerConfiguration container, ImageExecution? image) =>
        (image ?? new ImageExecution()) with
        {
            User = container.User.Length > 0 ? container.User : null,
            Env = container.Environment,
            Cmd = container.Command,
            Entrypoint = container.Entrypoint is [""] ? null : container.Entrypoint,
            WorkingDir = container.WorkingDirectory.Length > 0 ? container.WorkingDirectory : null,
            Labels = container.Labels.Count > 0 ? container.Labels : null,
            ExposedPorts = container.ExposedPorts.Count > 0 ? container.ExposedPorts : null,
            Volumes = container.Volumes.Count > 0 ? container.Volumes : null,
            StopSignal = container.StopSignal ?? image?.StopSignal,
            OnBuild = null,
        };
}

/// <summary>What docker commit asks for.</summary>
public sealed record CommitRequest
{
    /// <summary>The new image's name; null: none.</summary>
    public ImageReference? Name { get; init; }

    public string Author { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>Dockerfile instructions.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Whether the processes stand still meanwhile.</summary>
    public bool Pause { get; init; } = true;
}
