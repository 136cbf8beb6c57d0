using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Checkpoints;

/// <summary>Paths in a root file system that nothing is mounted in yet: where their links lead, and making what is missing. No link leads out of
/// it (openat2(2)).</summary>
internal sealed class RootPaths : IDisposable
{
    private const ResolveRules Rules = ResolveRules.InRoot | ResolveRules.NoMagicLinks;

    private readonly DirectoryHandle root;
    private readonly string ownPath;

    /// <exception cref="KernelException">It cannot be opened.</exception>
    internal RootPaths(string path)
    {
        root = PathAt.OpenDirectory(path);
        ownPath = Name(root);
    }

    /// <summary>The path that remains when links are followed as far as something is there.</summary>
    internal string Resolve(string path)
    {
        string normal = ContainerPath.Normalize(path);
        string rest = "";
        while (normal.Length > 1)
        {
            using FileHandle? found = PathAt.TryOpenResolved(root, normal, OpenMode.Path, Rules, out _);
            if (found is not null)
            {
                string name = Name(found);
                string inside = ownPath == "/" ? name : name[ownPath.Length..];
                return $"{inside}{rest}";
            }
            int slash = normal.LastIndexOf('/');
            rest = $"{normal.AsSpan(slash)}{rest}";
            normal = slash == 0 ? "/" : normal[..slash];
        }
        return rest.Length == 0 ? "/" : rest;
    }

    /// <summary>Whether something is there that is no directory.</summary>
    internal bool HasFile(string path)
    {
        using FileHandle? found = PathAt.TryOpenResolved(root, ContainerPath.Normalize(path), OpenMode.Path, Rules, out _);
        return found is not null && PathAt.Status(found, "") is { IsDirectory: false };
    }

    /// <summary>Makes a mount point, and the directories that lead to it, unless they are there.</summary>
    /// <exception cref="KernelException">One cannot be made.</exception>
    internal void MakeMountPoint(string path, bool isDirectory)
    {
        string[] components = ContainerPath.Components(ContainerPath.Normalize(path));
        string parent = "/";
        for (int i = 0; i < components.Length; i++)
        {
            bool last = i == components.Length - 1;
            string next = parent == "/" ? $"/{components[i]}" : $"{parent}/{components[i]}";
            using FileHandle? found = PathAt.TryOpenResolved(root, next, OpenMode.Path, Rules, out Errno error);
            if (found is null && error == Errno.ENOENT)
            {
                using FileHandle directory = PathAt.OpenResolved(root, parent, OpenMode.Path | OpenMode.Directory, Rules);
                Make(directory, components[i], isDirectory || !last);
            }
            parent = next;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => root.Dispose();

    private static void Make(FileHandle directory, string name, bool isDirectory)
    {
        if (isDirectory)
        {
            _ = PathAt.TryMakeDirectory(directory, name, 0x1ED);
        }
        else
        {
            PathAt.MakeNode(directory, name, FileKind.Regular, 0x1A4, 0, 0);
        }
    }

    private static string Name(FileHandle file) => PathAt.ReadLink(PathAt.Current, $"/proc/self/fd/{file.Descriptor}");
}
