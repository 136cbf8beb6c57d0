using Conex.Linux.Mounts;
using Conex.Linux.SyscallPrograms;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The container's view of its cgroups.</summary>
internal static class CgroupSteps
{
    internal static void Add(PlanContext context, MountOptions options, string path)
    {
        IReadOnlyList<CgroupView> views = context.Options.Cgroups;
        SyscallProgramBuilder program = context.Program;
        program.Step($"mount the cgroup on {path}");
        // The starter's cgroup may be its user's, with what else the user runs in it and below: no container writes there (CVE-2023-25809).
        MountAttributes set = options.Own.Set | (context.Options.SharesCgroup ? MountAttributes.ReadOnly : MountAttributes.None);
        MountAttributes clear = options.Own.Clear & ~set;
        if (views.Count == 0)
        {
            throw new InvalidSpecException($"mount {path}: this host shows no cgroup hierarchy to mount");
        }
        if (views is [{ Name.Length: 0 }])
        {
            Unified(context, set, clear, path);
            return;
        }
        // cgroup v1 and hybrid: a small tmpfs with a clone of the container's own cgroup for each hierarchy.
        Register file = program.OpenFileSystem("tmpfs");
        program.Configure(file, "source", "tmpfs");
        program.Configure(file, "mode", "755");
        MountLabel.Configure(context, file);
        program.CreateSuperblock(file);
        Register made = program.MountFileSystem(file, MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec);
        program.MoveMount(made, InRoot.MountPoint(context, path, isDirectory: true, Linux.Files.ResolveRules.NoSymlinks), "");
        foreach (CgroupView view in views)
        {
            program.MakeDirectory(made, view.Name, 0x1ED);
            Register clone = program.CloneMount(FileCalls.WorkingDirectory, view.HostPath, recursive: false);
            program.MoveMount(clone, made, view.Name);
            if (view.Name.Contains(','))
            {
                // Programs look for each controller under its own name.
                foreach (string controller in view.Name.Split(','))
                {
                    program.MakeSymbolicLink(made, controller, view.Name);
                }
            }
        }
        program.SetMountAttributes(made, set, clear, Propagation.Private, recursive: true);
    }

    private static void Unified(PlanContext context, MountAttributes set, MountAttributes clear, string path)
    {
        SyscallProgramBuilder program = context.Program;
        Register target = InRoot.MountPoint(context, path, isDirectory: true, Linux.Files.ResolveRules.NoSymlinks);
        Register made;
        if (context.Namespaces.Has(NamespaceSet.Cgroup))
        {
            Register file = program.OpenFileSystem("cgroup2");
            program.Configure(file, "source", "cgroup");
            program.CreateSuperblock(file);
            made = program.MountFileSystem(file, set);
        }
        else
        {
            made = program.CloneMount(FileCalls.WorkingDirectory, context.Options.Cgroups[0].HostPath, recursive: false);
            program.SetMountAttributes(made, set, clear, Propagation.Private, recursive: false);
        }
        program.MoveMount(made, target, "");
    }
}
