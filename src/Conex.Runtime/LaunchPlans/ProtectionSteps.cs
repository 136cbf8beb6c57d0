using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Masked paths, read-only paths and kernel parameters.</summary>
internal static class ProtectionSteps
{
    /// <summary>Paths that are commonly masked and are directories: they meet the right cover first.</summary>
    private static readonly string[] KernelDirectories =
    [
        "/proc/acpi",
        "/proc/asound",
        "/proc/scsi",
        "/sys/devices/virtual/powercap",
        "/sys/firmware",
    ];

    /// <summary>Makes paths unreadable: an empty read-only tmpfs over directories, the host's /dev/null over files. The null device is
    /// opened on the host and checked by descriptor: the container's own could be anything (CVE-2025-31133).</summary>
    internal static void Mask(PlanContext context)
    {
        IReadOnlyList<string> paths = context.Linux.MaskedPaths ?? [];
        if (paths.Count == 0)
        {
            return;
        }
        SyscallProgramBuilder program = context.Program;
        program.Step("prepare what covers masked paths");
        Register empty = program.OpenFileSystem("tmpfs");
        program.Configure(empty, "source", "tmpfs");
        program.Configure(empty, "nr_inodes", "1");
        program.Configure(empty, "mode", "555");
        MountLabel.Configure(context, empty);
        program.CreateSuperblock(empty);
        Register directoryCover = program.MountFileSystem(
            empty,
            MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec
        );
        Register fileCover = program.CloneMount(FileCalls.WorkingDirectory, "/dev/null", recursive: false);
        program.RequireDevice(fileCover, "", FileKind.CharacterDevice, 1, 3, Errno.ENODEV);
        if (!context.IsPrivate)
        {
            program.SetMountAttributes(fileCover, MountAttributes.None, MountAttributes.None, Propagation.Private, recursive: false);
        }
        for (int i = 0; i < paths.Count; i++)
        {
            program.Step($"mask {paths[i]}");
            string normal = ContainerPath.Normalize(paths[i]);
            bool isLast = i == paths.Count - 1;
            bool isDirectory = Array.IndexOf(KernelDirectories, normal) >= 0;
            (Register likely, Register other) = isDirectory ? (directoryCover, fileCover) : (fileCover, directoryCover);
            if (context.OwnTrees.KernelTreeOf(normal, out string rest) is { } tree)
            {
                Cover(program, tree, rest, likely, other, isLast, CallRules.Allow(Errno.EINVAL, Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES));
            }
            else
            {
                Register found = InRoot.Find(context, normal, mayBeMissing: true);
                Cover(program, found, "", likely, other, isLast, CallRules.Allow(Errno.EINVAL, Errno.EBADF));
            }
        }
    }

    internal static void MakeReadOnly(PlanContext context)
    {
        SyscallProgramBuilder program = context.Program;
        foreach (string path in context.Linux.ReadonlyPaths ?? [])
        {
            program.Step($"make {path} read-only");
            string normal = ContainerPath.Normalize(path);
            CallRules missing;
            if (context.OwnTrees.KernelTreeOf(normal, out string rest) is { } place)
            {
                missing = CallRules.Allow(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES);
            }
            else
            {
                place = InRoot.Find(context, normal, mayBeMissing: true);
                missing = CallRules.Allow(Errno.EBADF);
            }
            Register clone = program.CloneMount(place, rest, recursive: true, missing);
            using (program.When(Guard.Succeeded(clone)))
            {
                program.SetMountAttributes(clone, MountAttributes.ReadOnly, MountAttributes.None, Propagation.Private, recursive: true);
                program.MoveMount(clone, place, rest);
            }
        }
    }

    /// <summary>Writes kernel parameters through a procfs that nothing in the container can have covered (CVE-2025-52881): the container's, from the
    /// descriptor that the plan made it with, or one of its own.</summary>
    internal static void SetParameters(PlanContext context)
    {
        IReadOnlyDictionary<string, string>? parameters = context.Linux.Sysctl;
        if (parameters is not { Count: > 0 })
        {
            return;
        }
        SyscallProgramBuilder program = context.Program;
        Register? ownProc = null;
        foreach ((string name, string value) in parameters)
        {
            KernelParameter.Check(name, context.Namespaces);
            string path = $"sys/{KernelParameter.Path(name)}";
            Register proc =
                !HasPlainProc(context) || context.OwnTrees.KernelTreeOf($"/proc/{path}", out _) is not { } made
                    ? ownProc ??= OpenProc(program)
                    : made;
            program.Step($"set kernel parameter {name}");
            Register parameter = program.Open(
                proc,
                path,
                OpenMode.Write,
                ResolveRules.Beneath | ResolveRules.NoCrossDevice | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks
            );
            program.Write(parameter, value);
        }
    }

    /// <summary>Whether the container's procfs is whole and can be written.</summary>
    private static bool HasPlainProc(PlanContext context)
    {
        foreach (Mount mount in context.Mounts)
        {
            if (ContainerPath.Normalize(mount.Destination) == "/proc")
            {
                var options = MountOptions.Parse(mount.Options);
                if (options.Data.Count > 0 || options.Own.Set.HasFlag(MountAttributes.ReadOnly) || !options.Tree.IsEmpty)
                {
                    return false;
                }
            }
        }
        return true;
    }

    private static Register OpenProc(SyscallProgramBuilder program)
    {
        program.Step("open a private procfs for kernel parameters");
        Register file = program.OpenFileSystem("proc");
        program.CreateSuperblock(file);
        return program.MountFileSystem(file, MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec);
    }

    /// <summary>Puts a cover over a path if it is there, and the other kind of cover if the first does not fit: move_mount(2) puts no file over a
    /// directory and no directory over a file (EINVAL). A cover that was used is replaced by its clone; one that was not stays for the next path.
    /// </summary>
    private static void Cover(
        SyscallProgramBuilder program,
        Register directory,
        string path,
        Register likely,
        Register other,
        bool isLast,
        CallRules missing
    )
    {
        Register moved = program.MoveMount(likely, directory, path, missing);
        if (!isLast)
        {
            using (program.When(Guard.Succeeded(moved)))
            {
                program.CloneMount(likely, "", recursive: false, into: likely);
            }
        }
        using (program.When(Guard.FailedWith(moved, Errno.EINVAL)))
        {
            program.MoveMount(other, directory, path);
            if (!isLast)
            {
                program.CloneMount(other, "", recursive: false, into: other);
            }
        }
    }
}
