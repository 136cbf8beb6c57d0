using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Masked paths, read-only paths and kernel parameters.</summary>
internal static class ProtectionSteps
{
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
        program.CreateSuperblock(empty);
        Register directoryCover = program.MountFileSystem(
            empty,
            MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec
        );
        Register fileCover = program.CloneMount(FileCalls.WorkingDirectory, "/dev/null", recursive: false);
        program.RequireDevice(fileCover, "", FileKind.CharacterDevice, 1, 3, Errno.ENODEV);
        program.SetMountAttributes(fileCover, MountAttributes.None, MountAttributes.None, Propagation.Private, recursive: false);
        foreach (string path in paths)
        {
            program.Step($"mask {path}");
            Register found = InRoot.Find(context, ContainerPath.Normalize(path), mayBeMissing: true);
            Register moved = program.Register();
            using (program.When(Guard.Succeeded(found)))
            {
                Register clone = program.CloneMount(fileCover, "", recursive: false);
                program.CallMoveMount(moved, clone, found, CallRules.Allow(Errno.ENOTDIR, Errno.EINVAL));
            }
            // move_mount(2) puts no file over a directory: EINVAL, or ENOTDIR on other kernels.
            using (program.When(Guard.Failed(moved)))
            {
                Register clone = program.CloneMount(directoryCover, "", recursive: false);
                program.MoveMount(clone, found, "");
            }
        }
    }

    internal static void MakeReadOnly(PlanContext context)
    {
        SyscallProgramBuilder program = context.Program;
        foreach (string path in context.Linux.ReadonlyPaths ?? [])
        {
            program.Step($"make {path} read-only");
            Register found = InRoot.Find(context, ContainerPath.Normalize(path), mayBeMissing: true);
            using (program.When(Guard.Succeeded(found)))
            {
                Register clone = program.CloneMount(found, "", recursive: true);
                program.SetMountAttributes(clone, MountAttributes.ReadOnly, MountAttributes.None, Propagation.Private, recursive: true);
                program.MoveMount(clone, found, "");
            }
        }
    }

    /// <summary>Writes kernel parameters through a procfs of its own, which nothing in the container can have covered (CVE-2025-52881).</summary>
    internal static void SetParameters(PlanContext context)
    {
        IReadOnlyDictionary<string, string>? parameters = context.Linux.Sysctl;
        if (parameters is not { Count: > 0 })
        {
            return;
        }
        SyscallProgramBuilder program = context.Program;
        program.Step("open a private procfs for kernel parameters");
        Register file = program.OpenFileSystem("proc");
        program.CreateSuperblock(file);
        Register proc = program.MountFileSystem(file, MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec);
        foreach ((string name, string value) in parameters)
        {
            KernelParameter.Check(name, context.Namespaces);
            program.Step($"set kernel parameter {name}");
            Register parameter = program.Open(
                proc,
                $"sys/{KernelParameter.Path(name)}",
                OpenMode.Write,
                ResolveRules.Beneath | ResolveRules.NoCrossDevice | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks
            );
            program.Write(parameter, value);
        }
    }
}
