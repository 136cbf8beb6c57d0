using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Containers;

/// <summary>What a container has written to its writable layer.</summary>
public static class WrittenSize
{
    private const ResolveRules Inside =
        ResolveRules.Beneath | ResolveRules.NoCrossDevice | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks;

    /// <summary>Bytes of all files, one with several names once; what a running container removes meanwhile counts as it comes.</summary>
    public static long Of(ContainerDetails container)
    {
        ArgumentNullException.ThrowIfNull(container);
        using DirectoryHandle? upper = PathAt.TryOpenDirectory(container.UpperDirectory);
        return upper is null ? 0 : Count(upper, []);
    }

    private static long Count(DirectoryHandle directory, HashSet<ulong> seen)
    {
        long sum = 0;
        foreach (DirectoryEntry entry in DirectoryEntries.ReadInTurn(directory))
        {
            if (EntryAt.Status(directory, entry.Name) is not { } status)
            {
                continue;
            }
            if (status.IsDirectory)
            {
                using DirectoryHandle? inner = EntryAt.TryOpenResolved(directory, entry.Name, OpenMode.NoFollow, Inside, out Errno _);
                sum += inner is null ? 0 : Count(inner, seen);
            }
            else if (status.Kind == FileKind.Regular && (status.Links == 1 || seen.Add(status.Inode)))
            {
                sum += (long)status.Size;
            }
        }
        return sum;
    }
}
