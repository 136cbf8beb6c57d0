using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.State;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Compiles what adds mounts to a container that is there, and what removes them: a process that is in the container's mount namespace and,
/// where it has one, its user namespace, but not among its processes.</summary>
public static class MountPlanCompiler
{
    /// <summary>Message queues show the IPC namespace of who mounts them.</summary>
    private const ulong JoinedFirst = NamespaceSet.User | NamespaceSet.Ipc;

    /// <summary>Sources are opened in the host's tree, mount points found in the container's.</summary>
    /// <param name="container">The container's configuration with the new mounts in the place of its own.</param>
    /// <param name="namespaces">CLONE_NEW* flags of the container's own namespaces.</param>
    /// <exception cref="InvalidSpecException">A mount is wrong, or cannot be added.</exception>
    public static LaunchPlan Add(RuntimeSpec container, ulong namespaces, LaunchOptions options)
    {
        var context = new PlanContext(container, options, NamespaceSet.Parse(container.Linux)) { Adds = true };
        Entry entry = Enter(context.Program, namespaces);
        context.Channel = entry.Channel;
        if (entry.IsInUserNamespace)
        {
            context.Program.Step("see the host's mounts with the rights of the user namespace");
            context.Program.Unshare(NamespaceSet.Mount);
        }
        MountSteps.Open(context);
        JoinMounts(context.Program, entry);
        context.Root = context.Program.Open(FileCalls.WorkingDirectory, "/", OpenMode.Path | OpenMode.Directory, ResolveRules.None);
        MountSteps.Add(context);
        return End(context.Program, entry, "unable to add mounts") with
        {
            Added = context.Added,
            CopyUps = context.CopyUps,
            IdMappedSources = context.IdMappedSources,
        };
    }

    /// <summary>Finds all mounts before it removes one.</summary>
    /// <param name="mounts">In the order of their removal, no path twice.</param>
    /// <param name="mountNamespace">The number of the descriptor by which the mount namespace is joined, and which then is needed no more.</param>
    public static LaunchPlan Remove(ulong namespaces, IReadOnlyList<AddedMount> mounts, int mountNamespace)
    {
        var program = new SyscallProgramBuilder();
        Entry entry = Enter(program, namespaces);
        Register descriptors = OpenDescriptors(program);
        JoinMounts(program, entry);
        Register root = program.Open(FileCalls.WorkingDirectory, "/", OpenMode.Path | OpenMode.Directory, ResolveRules.None);
        List<(string Path, Register Mount)> found = [];
        foreach (AddedMount mount in mounts)
        {
            program.Step($"unmount {mount.Path}");
            Register file = program.Open(root, mount.Path, OpenMode.Path, ResolveRules.InRoot | ResolveRules.NoMagicLinks);
            // A link that was exchanged since may lead to a mask, which must stay.
            program.RequireMount(file, mount.Id, Errno.EINVAL);
            found.Add((mount.Path, file));
        }
        foreach ((string path, Register mount) in found)
        {
            program.Step($"unmount {path}");
            program.Detach(mount, descriptors, mountNamespace);
        }
        return End(program, entry, "unable to remove mounts");
    }

    /// <summary>Removes mounts by their descriptors, whatever the container did to the paths meanwhile.</summary>
    /// <param name="count">How many the starter hands in.</param>
    /// <param name="mountNamespace">As for <see cref="Remove"/>.</param>
    public static LaunchPlan TakeBack(ulong namespaces, int count, int mountNamespace)
    {
        var program = new SyscallProgramBuilder();
        Entry entry = Enter(program, namespaces);
        Register descriptors = OpenDescriptors(program);
        var mounts = new Register[count];
        for (int i = 0; i < count; i++)
        {
            mounts[i] = program.Register($"mount{i}");
        }
        JoinMounts(program, entry);
        program.Step("take back what was attached");
        for (int i = count - 1; i >= 0; i--)
        {
            // The last one may not have been attached, and the container may have removed any.
            program.Detach(mounts[i], descriptors, mountNamespace, CallRules.Allow(Errno.EINVAL));
        }
        return End(program, entry, "unable to take back mounts") with { Mounts = mounts };
    }

    private static Entry Enter(SyscallProgramBuilder program, ulong namespaces)
    {
        Register channel = program.Register("channel");
        Register mounts = program.Register("mount_namespace");
        ulong first = namespaces & JoinedFirst;
        Register? init = first == 0 ? null : program.Register("init");
        bool inUserNamespace = (namespaces & NamespaceSet.User) != 0;
        program.Step("wait for the starter");
        program.Await(channel);
        program.Step("nobody may look into this process");
        program.MakeUndumpable();
        program.SetUmask(0);
        if (init is { } target)
        {
            program.Step(ExecPlanCompiler.Join);
            program.JoinNamespace(target, first);
        }
        if (inUserNamespace)
        {
            program.Step("become root of the user namespace");
            program.SetGroup(0);
            program.SetUser(0);
            program.MakeUndumpable();
        }
        return new Entry(channel, mounts, init, inUserNamespace);
    }

    private static void JoinMounts(SyscallProgramBuilder program, Entry entry)
    {
        program.Step("join the container's mount namespace");
        program.JoinNamespace(entry.Mounts, NamespaceSet.Mount);
    }

    /// <summary>Before the container's mounts are joined, which have a procfs of the container's or none.</summary>
    private static Register OpenDescriptors(SyscallProgramBuilder program)
    {
        program.Step("open /proc/self/fd");
        return program.Open(FileCalls.WorkingDirectory, "/proc/self/fd", OpenMode.Path | OpenMode.Directory, ResolveRules.None);
    }

    private static LaunchPlan End(SyscallProgramBuilder program, Entry entry, string attempt)
    {
        program.Step("say that everything is done");
        program.Tell(entry.Channel, LaunchPlan.Message.Ready);
        program.Exit();
        return new LaunchPlan
        {
            Program = program.Build(MemorySharing.Flag),
            Channel = entry.Channel,
            Init = entry.Init,
            MountNamespace = entry.Mounts,
            IsInUserNamespace = entry.IsInUserNamespace,
            Attempt = attempt,
            ExecutionStart = int.MaxValue,
            ProgramName = "",
        };
    }

    private readonly record struct Entry(Register Channel, Register Mounts, Register? Init, bool IsInUserNamespace);
}
