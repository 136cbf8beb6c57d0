using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The configuration's mounts, each made detached, given its attributes, and moved onto a descriptor inside the root.</summary>
internal static class MountSteps
{
    /// <summary>Files of procfs that a container may replace (LXCFS does); anything else there would blind the runtime (CVE-2019-19921).</summary>
    private static readonly string[] ReplaceableProcFiles =
    [
        "/proc/cpuinfo",
        "/proc/diskstats",
        "/proc/meminfo",
        "/proc/stat",
        "/proc/swaps",
        "/proc/uptime",
        "/proc/loadavg",
        "/proc/slabinfo",
        "/proc/sys/kernel/ns_last_pid",
        "/proc/sys/crypto/fips_enabled",
    ];

    /// <summary>Clones the sources of shared and slave binds while this namespace's mounts are still peers of the host's: a clone that is
    /// made after they are parted would pass on nothing.</summary>
    internal static void CloneShared(PlanContext context)
    {
        foreach (Mount mount in context.Mounts)
        {
            if (mount.Options is { Count: > 0 } && MountOptions.Parse(mount.Destination, mount.Options) is { PassesOn: true } options)
            {
                string source = Source(context, mount);
                context.Program.Step($"clone {source} while it is a peer of the host's");
                context.SharedClones.Enqueue(context.Program.CloneMount(FileCalls.WorkingDirectory, source, options.Recursive));
            }
        }
    }

    internal static void Add(PlanContext context)
    {
        List<(Mount Mount, MountOptions Options, string Path)> late = [];
        foreach (Mount mount in context.Mounts)
        {
            MountOptions options = MountOptions.Parse(mount.Destination, mount.Options);
            string path = ContainerPath.Normalize(mount.Destination);
            Check(context, mount, options, path);
            if (options.PassesOn)
            {
                // Attached last: what is mounted below would otherwise travel to the host's peer before everything is in place.
                late.Add((mount, options, path));
                continue;
            }
            AddOne(context, mount, options, path);
        }
        foreach ((Mount mount, MountOptions options, string path) in late)
        {
            AddOne(context, mount, options, path);
        }
    }

    private static void Check(PlanContext context, Mount mount, MountOptions options, string path)
    {
        if (mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 })
        {
            throw new InvalidSpecException($"mount {path}: idmapped mounts are not supported yet");
        }
        bool isProc = mount.Type == "proc" && !options.Bind;
        if (path == "/proc" && !isProc && !(options.Bind && mount.Source == "/proc"))
        {
            throw new InvalidSpecException($"mount {path}: only procfs itself may be mounted there");
        }
        if (path.StartsWith("/proc/", StringComparison.Ordinal) && Array.IndexOf(ReplaceableProcFiles, path) < 0)
        {
            throw new InvalidSpecException($"mount {path}: a mount inside /proc is refused, it could hide what the runtime relies on");
        }
        if (options.Propagation == Propagation.Shared && context.Namespaces.Has(NamespaceSet.User))
        {
            throw new InvalidSpecException($"mount {path}: a shared mount cannot lead out of a user namespace");
        }
    }

    private static void AddOne(PlanContext context, Mount mount, MountOptions options, string path)
    {
        SyscallProgramBuilder program = context.Program;
        if (options.Remount)
        {
            program.Step($"remount {path}");
            program.SetMountAttributes(
                InRoot.Find(context, path),
                options.Set,
                options.EffectiveClear,
                options.Propagation,
                recursive: false
            );
        }
        else if (options.Bind || mount.Type == "bind")
        {
            Bind(context, mount, options, path);
        }
        else if (mount.Type is "cgroup" or "cgroup2")
        {
            CgroupSteps.Add(context, options, path);
            context.OwnTrees.AddForeign(path);
        }
        else
        {
            NewFileSystem(context, mount, options, path);
        }
    }

    private static void NewFileSystem(PlanContext context, Mount mount, MountOptions options, string path)
    {
        string type = mount.Type ?? throw new InvalidSpecException($"mount {path} has neither a type nor a bind option");
        SyscallProgramBuilder program = context.Program;
        program.Step($"mount {type} on {path}");
        Register file = program.OpenFileSystem(type);
        if (!string.IsNullOrEmpty(mount.Source))
        {
            program.Configure(file, "source", mount.Source);
        }
        foreach ((string key, string? value) in options.Data)
        {
            program.Configure(file, key, value);
        }
        program.CreateSuperblock(file);
        Register made = program.MountFileSystem(file, options.Set);
        // A link in the image must not lead procfs and sysfs elsewhere: masks and labels would go nowhere (CVE-2023-27561).
        ResolveRules extra = type is "proc" or "sysfs" ? ResolveRules.NoSymlinks : ResolveRules.None;
        InRoot.Attach(context, made, path, isDirectory: true, extra);
        context.OwnTrees.Add(path, type, made);
        Propagate(program, made, options);
    }

    private static void Bind(PlanContext context, Mount mount, MountOptions options, string path)
    {
        string source = Source(context, mount);
        SyscallProgramBuilder program = context.Program;
        program.Step($"bind {source} to {path}");
        Register clone = options.PassesOn
            ? context.SharedClones.Dequeue()
            : program.CloneMount(FileCalls.WorkingDirectory, source, options.Recursive);
        if (options.PassesOn || !context.IsPrivate)
        {
            program.SetMountAttributes(
                clone,
                MountAttributes.None,
                MountAttributes.None,
                options.PassesOn ? options.Propagation : Propagation.Private,
                recursive: options.Recursive
            );
        }
        if (options.Set != MountAttributes.None || options.EffectiveClear != MountAttributes.None)
        {
            program.SetMountAttributes(clone, options.Set, options.EffectiveClear, Propagation.Unchanged, recursive: false);
        }
        if (options.RecursiveSet != MountAttributes.None || options.RecursiveClear != MountAttributes.None)
        {
            program.SetMountAttributes(clone, options.RecursiveSet, options.RecursiveClear, Propagation.Unchanged, recursive: true);
        }
        bool isDirectory = PathAt.Status(source)?.IsDirectory ?? true;
        InRoot.Attach(context, clone, path, isDirectory);
        context.OwnTrees.AddForeign(path);
        if (options.Propagation == Propagation.Unbindable)
        {
            Propagate(program, clone, options);
        }
    }

    private static string Source(PlanContext context, Mount mount)
    {
        string source = mount.Source ?? throw new InvalidSpecException($"bind mount {mount.Destination} has no source");
        return source.StartsWith('/') ? source : $"{context.Options.Bundle}/{source}";
    }

    private static void Propagate(SyscallProgramBuilder program, Register mount, MountOptions options)
    {
        if (options.Propagation != Propagation.Unchanged)
        {
            program.SetMountAttributes(
                mount,
                MountAttributes.None,
                MountAttributes.None,
                options.Propagation,
                options.PropagationRecursive
            );
        }
    }
}
