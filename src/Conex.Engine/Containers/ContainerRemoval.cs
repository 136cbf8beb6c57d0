using Conex.Engine.Errors;
using Conex.Engine.Execs;
using Conex.Images;
using Conex.Linux.Errors;

namespace Conex.Engine.Containers;

/// <summary>Removes containers that do not run.</summary>
/// <param name="images">Gets to know that an image may not be needed any more.</param>
internal sealed class ContainerRemoval(
    ContainerIndex index,
    ContainerStore store,
    ContainerEvents events,
    ImageStore images,
    ExecService execs
)
{
    /// <summary>Removes a container. Its operation is held, or nobody else knows it.</summary>
    /// <exception cref="ConflictException">Somebody else removes it.</exception>
    internal void Remove(Container container)
    {
        if (!container.TryBeginRemoval())
        {
            throw InProgress(container);
        }
        try
        {
            store.Remove(container.Files, container.Id);
        }
        catch (KernelException e)
        {
            // It can be tried again.
            container.Change(state => state with { Status = ContainerStatus.Exited, Error = e.Message });
            throw;
        }
        index.Remove(container);
        execs.Forget(container);
        events.Publish(container, "destroy");
        container.AnswerRemoval();
        ReleaseImages();
    }

    /// <summary>Frees images that were removed by force while containers still used them, and that none uses any more.</summary>
    internal void ReleaseImages() => images.ReleaseRemoved(image => index.UsersOf(image.ToString()).Count > 0);

    internal static ConflictException InProgress(Container container) => new($"removal of container {container.Id} is already in progress");
}
