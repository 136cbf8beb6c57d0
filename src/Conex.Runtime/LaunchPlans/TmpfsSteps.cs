using Conex.Linux.Mounts;
using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.LaunchPlans;

/// <summary>A new tmpfs: where its options say nothing, it takes the mode of the directory that it covers, and on request its content.</summary>
internal static class TmpfsSteps
{
    /// <returns>The detached mount, and its mount point if that was looked up.</returns>
    internal static (Register Made, Register? Target) Mount(PlanContext context, Register file, MountOptions options, string path)
    {
        SyscallProgramBuilder program = context.Program;
        bool takesMode = !Names(options, "mode");
        if (!takesMode && !options.CopyUp)
        {
            return (program.MountFileSystem(file, options.Own.Set), null);
        }
        // Read-only comes last: until then the tmpfs is changed.
        Register made = program.MountFileSystem(file, options.Own.Set & ~MountAttributes.ReadOnly);
        if (takesMode)
        {
            Register covered = InRoot.Find(context, path, mayBeMissing: true);
            using (program.When(Guard.Succeeded(covered)))
            {
                Register mode = program.LoadMode(covered);
                program.SetMode(made, mode);
            }
        }
        Register target = InRoot.MountPoint(context, path, isDirectory: true);
        InRoot.RefuseProcfs(context, target, path);
        if (options.CopyUp)
        {
            context.CopyUps.Add(new CopyUp(path, Names(options, "uid") || Names(options, "gid")));
            program.Step($"copy {path} into the tmpfs on it");
            program.TellDescriptor(context.Channel, LaunchPlan.Message.CopyFrom, target);
            program.TellDescriptor(context.Channel, LaunchPlan.Message.CopyInto, made);
            program.Await(context.Channel);
        }
        if (options.Own.Set.HasFlag(MountAttributes.ReadOnly))
        {
            program.SetMountAttributes(made, MountAttributes.ReadOnly, MountAttributes.None, Propagation.Unchanged, recursive: false);
        }
        return (made, target);
    }

    private static bool Names(MountOptions options, string key)
    {
        foreach ((string name, _) in options.Data)
        {
            if (name == key)
            {
                return true;
            }
        }
        return false;
    }
}
