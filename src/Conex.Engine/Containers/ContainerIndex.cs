using System.Diagnostics.CodeAnalysis;
using Conex.Engine.Errors;
using Conex.Images;

namespace Conex.Engine.Containers;

/// <summary>All containers by ID and by name.</summary>
internal sealed class ContainerIndex
{
    private const int MostAttempts = 64;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Container> byId = new(StringComparer.Ordinal);

    /// <summary>Names with the IDs that have or will have them.</summary>
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);

    /// <summary>Containers that are being made, with the images that they will need.</summary>
    private readonly Dictionary<string, string> coming = new(StringComparer.Ordinal);

    internal IReadOnlyList<Container> All
    {
        get
        {
            lock (gate)
            {
                return [.. byId.Values];
            }
        }
    }

    /// <summary>Takes a name before the container is there.</summary>
    /// <exception cref="ConflictException">Somebody has it.</exception>
    internal void Reserve(string name, string id)
    {
        lock (gate)
        {
            if (!names.TryAdd(name, id))
            {
                throw new ConflictException(
                    $"Conflict. The container name \"/{name}\" is already in use by container \"{names[name]}\". "
                        + "You have to remove (or rename) that container to be able to reuse that name."
                );
            }
        }
    }

    /// <summary>Takes a made-up name.</summary>
    internal string ReserveAny(string id)
    {
        lock (gate)
        {
            for (int attempt = 0; attempt < MostAttempts; attempt++)
            {
                string name = ContainerNames.MakeUp(attempt);
                if (names.TryAdd(name, id))
                {
                    return name;
                }
            }
            string last = $"container_{id.AsSpan(0, 12)}";
            names[last] = id;
            return last;
        }
    }

    internal void Release(string name)
    {
        lock (gate)
        {
            names.Remove(name);
        }
    }

    /// <summary>The containers of an image, and those that are being made from it.</summary>
    internal IReadOnlyList<ImageUser> UsersOf(string image)
    {
        lock (gate)
        {
            return
            [
                .. byId
                    .Values.Where(container => string.Equals(container.Record.ImageId, image, StringComparison.Ordinal))
                    .Select(container => new ImageUser(container.Id, container.State.IsRunning)),
                .. coming
                    .Where(pair => string.Equals(pair.Value, image, StringComparison.Ordinal))
                    .Select(pair => new ImageUser(pair.Key, false)),
            ];
        }
    }

    /// <summary>From now on the container that is being made counts as a user of its image.</summary>
    internal void ReserveImage(string id, string image)
    {
        lock (gate)
        {
            coming[id] = image;
        }
    }

    internal void ReleaseImage(string id)
    {
        lock (gate)
        {
            coming.Remove(id);
        }
    }

    internal void Add(Container container)
    {
        lock (gate)
        {
            byId[container.Id] = container;
            names[container.Record.Name] = container.Id;
        }
    }

    internal void Remove(Container container)
    {
        lock (gate)
        {
            byId.Remove(container.Id);
            names.Remove(container.Record.Name);
        }
    }

    /// <summary>Finds by ID, name or unique prefix of an ID, in this order.</summary>
    /// <exception cref="NotFoundException">Nothing fits, or the prefix fits several.</exception>
    internal Container Find(string reference) =>
        TryFind(reference, out Container? container) ? container : throw new NotFoundException($"No such container: {reference}");

    /// <inheritdoc cref="Find"/>
    internal bool TryFind(string reference, [NotNullWhen(true)] out Container? container)
    {
        lock (gate)
        {
            string name = reference.StartsWith('/') ? reference[1..] : reference;
            if (
                byId.TryGetValue(reference, out container)
                || (names.TryGetValue(name, out string? id) && byId.TryGetValue(id, out container))
            )
            {
                return true;
            }
            container = null;
            if (reference.Length == 0)
            {
                return false;
            }
            foreach (Container candidate in byId.Values)
            {
                if (!candidate.Id.StartsWith(reference, StringComparison.Ordinal))
                {
                    continue;
                }
                if (container is not null)
                {
                    throw new NotFoundException($"Multiple IDs found with provided prefix: {reference}");
                }
                container = candidate;
            }
            return container is not null;
        }
    }
}
