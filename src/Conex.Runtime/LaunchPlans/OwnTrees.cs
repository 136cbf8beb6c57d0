using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The file systems that a plan makes itself. What is in them is the kernel's or the plan's: a path below one is named from its descriptor,
/// while a path in the image is looked up first by a call that follows no link out of the root.</summary>
internal sealed class OwnTrees
{
    private readonly List<(string Path, string Type, Register Mount)> trees = [];
    private readonly List<string> foreign = [];

    /// <summary>A file system of <paramref name="type"/> was made and mounted at <paramref name="path"/>.</summary>
    internal void Add(string path, string type, Register mount)
    {
        Cover(path);
        if (type is "tmpfs" or "proc" or "sysfs")
        {
            trees.Add((path, type, mount));
        }
        else
        {
            foreign.Add(path);
        }
    }

    /// <summary>Something else was mounted at <paramref name="path"/>: what lies there and below is not the plan's.</summary>
    internal void AddForeign(string path)
    {
        Cover(path);
        foreign.Add(path);
    }

    /// <summary>The descriptor of the tree that is mounted at a path; null when none is.</summary>
    internal Register? At(string path)
    {
        foreach ((string at, _, Register mount) in trees)
        {
            if (at == path)
            {
                return mount;
            }
        }
        return null;
    }

    /// <summary>The tree whose directory a new mount point is made in; null when that is not a tree of the plan.</summary>
    internal Register? ParentOf(string path, out string name)
    {
        int slash = path.LastIndexOf('/');
        name = path[(slash + 1)..];
        return slash > 0 && name.Length > 0 && !IsForeign(path) ? At(path[..slash]) : null;
    }

    /// <summary>The tree of kernel files that holds a path, and the path below it; null where links or other mounts may lie on the way.</summary>
    internal Register? KernelTreeOf(string path, out string rest)
    {
        foreach ((string at, string type, Register mount) in trees)
        {
            if (type != "tmpfs" && path.Length > at.Length + 1 && IsBelow(path, at))
            {
                rest = path[(at.Length + 1)..];
                return IsForeign(path) || (type == "proc" && LeadsAway(rest)) ? null : mount;
            }
        }
        rest = "";
        return null;
    }

    /// <summary>The links of procfs begin here (proc(5)).</summary>
    private static bool LeadsAway(string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        ReadOnlySpan<char> first = slash < 0 ? path : path.AsSpan(0, slash);
        return char.IsAsciiDigit(first[0]) || first is "self" or "thread-self" or "net" or "mounts";
    }

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/';

    private bool IsForeign(string path)
    {
        foreach (string mount in foreign)
        {
            if (path == mount || (path.Length > mount.Length && IsBelow(path, mount)))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>What a new mount hides is no longer to be named.</summary>
    private void Cover(string path)
    {
        for (int i = trees.Count - 1; i >= 0; i--)
        {
            string at = trees[i].Path;
            if (path == "/" || at == path || (at.Length > path.Length && IsBelow(at, path)))
            {
                trees.RemoveAt(i);
            }
        }
    }
}
