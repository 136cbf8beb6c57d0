using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The configuration's mounts, each made detached, given its attributes, and moved onto a descriptor inside the root.</summary>
internal static class MountSteps
{
    /// <summary>Clones the sources of shared and slave binds while this namespace's mounts are still peers of the host's: a clone that is
    /// made after they are parted would pass on nothing.</summary>
    internal static void CloneShared(PlanContext context)
    {
        foreach (Mount mount in context.Mounts)
        {
            if (mount.Options is { Count: > 0 } && MountOptions.Parse(mount.Options) is { PassesOn: true, Remount: false } options)
            {
                BindSteps.CloneShared(context, mount, options);
            }
        }
    }

    /// <summary>Opens what all mounts show, in the host's tree: sources and devices are paths there.</summary>
    internal static void Open(PlanContext context)
    {
        foreach (Mount mount in context.Mounts)
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            string path = ContainerPath.Normalize(mount.Destination);
            AdditionRules.Check(mount, options, path);
            Check(context, mount, options, path);
            if (options.Bind || mount.Type == "bind")
            {
                BindSteps.Open(context, mount, options, path);
            }
            else
            {
                context.Opened.Add(mount, MakeSuperblock(context, mount, options, path));
            }
        }
    }

    internal static void Add(PlanContext context)
    {
        List<(Mount Mount, MountOptions Options, string Path)> late = [];
        foreach (Mount mount in context.Mounts)
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            string path = ContainerPath.Normalize(mount.Destination);
            Check(context, mount, options, path);
            if (options is { PassesOn: true, Remount: false })
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
        if (IdMap.Of(context, mount, options) is not null && context.Options.IsOrdinaryUser)
        {
            throw new InvalidSpecException(
                $"mount {path}: mapping the IDs of a mount needs root of the host: an ordinary user binds without idmap, uidMappings and gidMappings"
            );
        }
        bool isProc = mount.Type == "proc" && !options.Bind;
        if (path == "/proc" && !isProc && !(options.Bind && mount.Source == "/proc"))
        {
            throw new InvalidSpecException($"mount {path}: only procfs itself may be mounted there");
        }
        if (ProcPaths.Refuses(path))
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
        context.Current = mount;
        if (options.Remount)
        {
            ChangeMounted(context, options, path);
        }
        else if (mount.Type == "sysfs" && context.IsInUserNamespace && !context.Namespaces.Has(NamespaceSet.Network))
        {
            // sysfs shows a network namespace, and only who owns that may mount it: the host's is bound instead, mounts below and all, which
            // the kernel does not part (mount_namespaces(7), "Restrictions on mount namespaces").
            string[] bound = [.. mount.Options ?? [], "rbind"];
            BindSteps.Add(context, mount with { Type = "bind", Source = "/sys", Options = bound }, MountOptions.Parse(bound), path);
        }
        else if (options.Bind || mount.Type == "bind")
        {
            BindSteps.Add(context, mount, options, path);
        }
        else if (mount.Type == "cgroup" || (mount.Type == "cgroup2" && context.Options.Cgroups is [{ Name.Length: 0 }]))
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
        SyscallProgramBuilder program = context.Program;
        if (!context.Opened.TryGetValue(mount, out Register file))
        {
            file = MakeSuperblock(context, mount, options, path);
        }
        else
        {
            program.Step($"mount {mount.Type} on {path}");
        }
        string type = mount.Type!;
        // A link in the image must not lead procfs and sysfs elsewhere: masks and labels would go nowhere (CVE-2023-27561).
        ResolveRules extra = type is "proc" or "sysfs" ? ResolveRules.NoSymlinks : ResolveRules.None;
        Register? target = null;
        Register made;
        if (type == "tmpfs")
        {
            (made, target) = TmpfsSteps.Mount(context, file, options, path);
        }
        else if (options.CopyUp)
        {
            throw new InvalidSpecException($"mount {path}: option tmpcopyup is for tmpfs alone");
        }
        else
        {
            made = program.MountFileSystem(file, options.Own.Set);
        }
        if (!options.Tree.IsEmpty)
        {
            program.SetMountAttributes(made, options.Tree.Set, options.Tree.Clear, Propagation.Unchanged, recursive: true);
        }
        if (target is { } known)
        {
            InRoot.Announce(context, made);
            program.MoveMount(made, known, "");
        }
        else
        {
            InRoot.Attach(context, made, path, isDirectory: true, extra);
        }
        context.OwnTrees.Add(path, options.CopyUp ? "" : type, made);
        if (type == "mqueue")
        {
            MountLabel.SetOnRoot(context, made);
        }
        if (options.InodeVersions == true)
        {
            CountInodeVersions(program, made, options, on: true);
        }
        Propagate(program, made, options);
    }

    /// <returns>The context of the file system, with its settings and its superblock.</returns>
    private static Register MakeSuperblock(PlanContext context, Mount mount, MountOptions options, string path)
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
            UserNamespaceRules.CheckOwner(context, path, key, value);
            program.Configure(file, key, value);
        }
        if (type is not ("proc" or "sysfs" or "mqueue" or "cgroup2"))
        {
            MountLabel.Configure(context, file);
        }
        program.CreateSuperblock(file);
        return file;
    }

    private static void ChangeMounted(PlanContext context, MountOptions options, string path)
    {
        SyscallProgramBuilder program = context.Program;
        program.Step($"remount {path}");
        Register target = InRoot.Find(context, path);
        InRoot.RefuseProcfs(context, target, path);
        if (!options.Bind && options.Data.Count > 0)
        {
            Register file = program.PickFileSystem(target);
            foreach ((string key, string? value) in options.Data)
            {
                program.Configure(file, key, value);
            }
            program.ReconfigureSuperblock(file);
        }
        program.SetMountAttributes(target, options.Own.Set, options.Own.Clear, Propagation.Unchanged, recursive: false);
        Propagate(program, target, options);
        if (!options.Tree.IsEmpty)
        {
            program.SetMountAttributes(target, options.Tree.Set, options.Tree.Clear, Propagation.Unchanged, recursive: true);
        }
        if (options.InodeVersions is { } versions && !options.Bind)
        {
            CountInodeVersions(program, target, options, versions);
        }
    }

    /// <summary>MS_I_VERSION is the one flag that only mount(2) knows; a remount sets all others anew.</summary>
    private static void CountInodeVersions(SyscallProgramBuilder program, Register mount, MountOptions options, bool on)
    {
        ulong flags = on ? 0x800000UL : 0; // MS_I_VERSION
        foreach ((string key, _) in options.Data)
        {
            flags |= key switch
            {
                "sync" => 0x10UL, // MS_SYNCHRONOUS
                "mand" => 0x40UL, // MS_MANDLOCK
                "lazytime" => 0x2000000UL, // MS_LAZYTIME
                _ => 0UL,
            };
        }
        MountAttributes set = options.Own.Set;
        flags |= (ulong)set & 0xF; // MS_RDONLY, MS_NOSUID, MS_NODEV and MS_NOEXEC are the same bits.
        flags |= set.HasFlag(MountAttributes.NoSymlinkFollow) ? 0x100UL : 0; // MS_NOSYMFOLLOW
        flags |= set.HasFlag(MountAttributes.NoAccessTime) ? 0x400UL : 0; // MS_NOATIME
        flags |= set.HasFlag(MountAttributes.NoDirectoryAccessTime) ? 0x800UL : 0; // MS_NODIRATIME
        flags |= set.HasFlag(MountAttributes.StrictAccessTime) ? 0x1000000UL : 0; // MS_STRICTATIME
        program.ChangeDirectory(mount);
        program.RemountHere(flags);
        program.ChangeDirectory("/");
    }

    /// <summary>Gives a mount the propagation that its options name.</summary>
    internal static void Propagate(SyscallProgramBuilder program, Register mount, MountOptions options)
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
