using System.Text;
using Conex.Engine.Containers;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>Paths of a container on which something is mounted. The runtime makes an empty file or directory where the image has none, and
/// that is no part of what the container did.</summary>
internal sealed class MountPlaces
{
    private static readonly string[] Always = ["/dev", "/proc", "/sys", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts"];
    private readonly HashSet<string> places;
    private readonly HashSet<string> around = new(StringComparer.Ordinal);

    private MountPlaces(IEnumerable<string> destinations)
    {
        places = new HashSet<string>(destinations.Select(path => path.TrimEnd('/')), StringComparer.Ordinal);
        foreach (string place in places)
        {
            for (string path = place; path.Length > 0; path = path[..path.LastIndexOf('/')])
            {
                around.Add(path);
            }
        }
    }

    internal static MountPlaces Of(ContainerRecord record) =>
        new([
            .. Always,
            .. ContainerView.Mounts(record).Select(mount => mount.Destination).Where(path => path.StartsWith('/')),
            .. record.Configuration.Host.Tmpfs?.Keys.Where(path => path.StartsWith('/')) ?? [],
        ]);

    /// <summary>Whether an empty file is there for a mount alone.</summary>
    internal bool IsPlaceholder(string path, FileStatus status) => status is { Kind: FileKind.Regular, Size: 0 } && places.Contains(path);

    /// <summary>Whether something is mounted on the path or below it.</summary>
    internal bool IsAround(string path) => around.Contains(path);

    /// <summary>What an archive of the writable layer leaves out: places that are nothing but places. Directories around them stay.</summary>
    internal Func<string, bool> SkipsIn(DirectoryHandle upper) =>
        path =>
        {
            string absolute = "/" + path;
            if (!around.Contains(absolute) || PathAt.Status(upper, path, follow: false) is not { } status)
            {
                return false;
            }
            return IsPlaceholder(absolute, status) || (status.IsDirectory && places.Contains(absolute) && IsEmpty(upper, path));
        };

    private static bool IsEmpty(DirectoryHandle upper, string path)
    {
        using DirectoryHandle? directory = EntryAt.TryOpenResolved(
            upper,
            Encoding.UTF8.GetBytes(path),
            OpenMode.NoFollow,
            ResolveRules.Beneath | ResolveRules.NoSymlinks,
            out _
        );
        return directory is not null && DirectoryEntries.Read(directory).Count == 0;
    }
}
