using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.SyscallPrograms;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Paths inside the container's root, resolved by the kernel so that no link leads out of it (openat2(2), CVE-2021-30465).</summary>
internal static class InRoot
{
    private const ResolveRules Rules = ResolveRules.InRoot | ResolveRules.NoMagicLinks;

    /// <summary>PATH_MAX without the NUL at the end.</summary>
    private const int LongestPath = 4095;

    /// <summary>A descriptor of an existing path; a missing one ends the program, or is a result when <paramref name="mayBeMissing"/>.</summary>
    internal static Register Find(PlanContext context, string path, bool mayBeMissing = false, ResolveRules extra = ResolveRules.None) =>
        context.Program.Open(
            context.Root,
            path,
            OpenMode.Path,
            Rules | extra,
            mayBeMissing ? CallRules.Allow(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES) : default
        );

    /// <summary>A descriptor of a mount point. Missing directories on the way, and the mount point itself, are made: each component under
    /// the descriptor of its parent, which openat2(2) found inside the root (CVE-2024-45310).</summary>
    /// <param name="follow">Whether a symbolic link at the end is followed; else it is the mount point itself.</param>
    internal static Register MountPoint(
        PlanContext context,
        string path,
        bool isDirectory,
        ResolveRules extra = ResolveRules.None,
        bool follow = true
    )
    {
        OpenMode mode = follow ? OpenMode.Path : OpenMode.Path | OpenMode.NoFollow;
        if (path.Length > LongestPath)
        {
            // The way to it, component by component, would fill the memory.
            throw new InvalidSpecException($"{path.AsSpan(0, 64)}… is no path: it is longer than {LongestPath} bytes");
        }
        string[] components = ContainerPath.Components(path);
        if (components.Length == 0)
        {
            return context.Root;
        }
        SyscallProgramBuilder program = context.Program;
        Register point = program.Open(context.Root, path, mode, Rules | extra, CallRules.Allow(Errno.ENOENT));
        using (program.When(Guard.Failed(point)))
        {
            Register parent = MakeParents(context, components);
            MakeMountPoint(program, parent, components[^1], isDirectory);
            program.Open(context.Root, path, mode, Rules | extra, into: point);
        }
        return point;
    }

    /// <summary>Attaches a detached mount at a path; the mount point is made when it is missing.</summary>
    internal static void Attach(
        PlanContext context,
        Register mount,
        string path,
        bool isDirectory,
        ResolveRules extra = ResolveRules.None,
        bool follow = true
    )
    {
        SyscallProgramBuilder program = context.Program;
        string name = "";
        // A running container may have mounted upon what the plan made a moment ago.
        if (context.Adds || context.OwnTrees.ParentOf(path, out name) is not { } parent)
        {
            Register point = MountPoint(context, path, isDirectory, extra, follow);
            RefuseProcfs(context, point, path);
            Announce(context, mount);
            program.MoveMount(mount, point, "");
            return;
        }
        MakeMountPoint(program, parent, name, isDirectory);
        program.MoveMount(mount, parent, name);
    }

    /// <summary>A link, of the image or of a container that runs, must not lead a mount into procfs, where it would hide what the runtime relies
    /// on (CVE-2019-16884), nor a remount, which would change procfs itself: paths that say so themselves were looked at before.</summary>
    internal static void RefuseProcfs(PlanContext context, Register point, string path)
    {
        if (!ProcPaths.Holds(path))
        {
            context.Program.RefuseFileSystem(point, ProcPaths.Magic, Errno.EXDEV);
        }
    }

    /// <summary>Hands a mount that is added to the starter, which writes down what it is before it can be anywhere.</summary>
    internal static void Announce(PlanContext context, Register mount)
    {
        if (context.Adds)
        {
            context.Added.Add(context.Current!);
            context.Program.TellDescriptor(context.Channel, LaunchPlan.Message.Mount, mount);
            context.Program.Await(context.Channel);
        }
    }

    /// <summary>A descriptor of the directory that will hold <paramref name="path"/>; made when missing.</summary>
    internal static Register Parent(PlanContext context, string path)
    {
        string[] components = ContainerPath.Components(path);
        if (components.Length < 2)
        {
            return context.Root;
        }
        return MountPoint(context, $"/{string.Join('/', components, 0, components.Length - 1)}", isDirectory: true);
    }

    private static void MakeMountPoint(SyscallProgramBuilder program, Register parent, string name, bool isDirectory)
    {
        if (isDirectory)
        {
            program.MakeDirectory(parent, name, 0x1ED);
        }
        else
        {
            program.MakeNode(parent, name, FileKind.Regular, 0x1A4, 0, 0, CallRules.Allow(Errno.EEXIST));
        }
    }

    private static Register MakeParents(PlanContext context, string[] components)
    {
        SyscallProgramBuilder program = context.Program;
        Register parent = context.Root;
        for (int i = 0; i < components.Length - 1; i++)
        {
            program.MakeDirectory(parent, components[i], 0x1ED);
            parent = program.Open(context.Root, $"/{string.Join('/', components, 0, i + 1)}", OpenMode.Path | OpenMode.Directory, Rules);
        }
        return parent;
    }
}
