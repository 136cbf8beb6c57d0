using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.State;

namespace Conex.Runtime.Checkpoints;

/// <summary>Writes a container down through criu.</summary>
public static class ContainerCheckpoint
{
    private const string LogName = "dump.log";

    /// <summary>Writes the container down and removes it, unless it shall go on. When that fails it goes on as before.</summary>
    /// <exception cref="ContainerStateException">It does not run.</exception>
    /// <exception cref="CheckpointException">criu is missing or failed; the message quotes it.</exception>
    public static void Do(RuntimeContext context, string id, CriuOptions options)
    {
        var container = Container.Open(context, id);
        ContainerStatus status = container.Status;
        if (status is not (ContainerStatus.Running or ContainerStatus.Paused))
        {
            throw new ContainerStateException($"Container cannot be checkpointed in {ContainerControl.Name(status)} state");
        }
        RuntimeSpec spec = RuntimeSpec.Parse(container.State.ReadConfig());
        Refuse(spec, container);
        var program = CriuProgram.Open(options.Program);
        CriuFeatures features = options.PreDump || options.LazyPages ? program.AskFeatures() : default;
        Refuse(options, program, features);
        try
        {
            Write(container, spec, options, program);
        }
        catch when (status == ContainerStatus.Running)
        {
            Thaw(container);
            throw;
        }
        if (!options.LeaveRunning && !options.PreDump)
        {
            ContainerRemoval.Remove(context, container);
        }
    }

    private static void Write(Container container, RuntimeSpec spec, CriuOptions options, CriuProgram program)
    {
        int init = container.Record.Pid;
        CriuDirectories.Make(options);
        using DirectoryHandle images = PathAt.OpenDirectory(options.ImagePath);
        using DirectoryHandle work = PathAt.OpenDirectory(options.LogDirectory);
        using Cgroup? cgroup = container.OpenCgroup();
        var request = new CriuRequest(options.PreDump ? CriuRequestType.PreDump : CriuRequestType.Dump);
        SharedOptions.Add(request, options, images, work, LogName, spec.Annotations);
        request.Set(CriuOption.Pid, init);
        request.Set(CriuOption.Root, container.Record.Rootfs);
        request.Set(CriuOption.LeaveRunning, options.LeaveRunning);
        request.Set(CriuOption.TcpSkipInFlight, options.TcpSkipInFlight);
        request.Set(CriuOption.LinkRemap, options.LinkRemap);
        if (options.ParentPath is { } parent)
        {
            request.Set(CriuOption.ParentImage, parent);
            request.Set(CriuOption.TrackMemory, true);
        }
        if (options.PageServer is { } server)
        {
            request.SetPageServer(server.Address, server.Port);
        }
        // Version 2 has been known to criu's freezer since 3.14. For what a signal has stopped criu waits for ever once it is frozen too: then it stops
        // the processes one by one.
        if (
            cgroup?.FreezerPath is { } freezer
            && (cgroup.Host.Mode != CgroupMode.V2 || program.Version.IsAtLeast(3, 14))
            && !cgroup.Processes().Any(pid => ProcessIdentity.Read(pid) is { State: 'T' })
        )
        {
            request.Set(CriuOption.FreezeCgroup, freezer);
        }
        bool byNotification = program.Version.IsAtLeast(3, 15);
        if (options is { LazyPages: true, StatusDescriptor: { } status } && !byNotification)
        {
            request.Set(CriuOption.StatusDescriptor, status);
        }
        LeaveOutRootCgroups(request, init);
        ExternalNamespaces.AddToDump(request, spec.Linux, init, program.Version);
        if (!options.PreDump)
        {
            AddSurroundings(request, container, spec, init, cgroup, options);
        }
        Run(container, options, program, request);
    }

    /// <summary>criu writes down every cgroup below a container's in each hierarchy, and makes them again at the restore. In a hierarchy where the container
    /// is in the root, as in a version 2 tree that its starter does not see, these are the cgroups of the whole host.</summary>
    private static void LeaveOutRootCgroups(CriuRequest request, int init)
    {
        // proc_pid_cgroup(5): number, controllers, path.
        string[][] places = [.. File.ReadLines($"/proc/{init}/cgroup").Select(line => line.Split(':', 3))];
        if (Array.TrueForAll(places, place => place[2] != "/"))
        {
            return;
        }
        foreach (string[] place in places.Where(place => place[2] != "/"))
        {
            request.Set(CriuOption.CgroupDumpController, place[1]);
        }
    }

    /// <summary>What is around the processes; memory alone has none of it.</summary>
    private static void AddSurroundings(
        CriuRequest request,
        Container container,
        RuntimeSpec spec,
        int init,
        Cgroup? cgroup,
        CriuOptions options
    )
    {
        using var root = new RootPaths(container.Record.Rootfs);
        IReadOnlyList<AddedMount> added = container.State.ReadMounts();
        AddedMountsFile.Write(options.ImagePath, added);
        var mounts = new ExternalMounts(AddedMountsFile.AddTo(spec, added), container.Record.Bundle, root);
        mounts.AddToDump(request, init, cgroup?.Host ?? CgroupHost.Detect(), cgroup);
        IReadOnlyCollection<int> processes = cgroup is null ? [init] : cgroup.Processes();
        IReadOnlyList<string> descriptors = StandardDescriptors.Describe(init, processes);
        foreach (string name in descriptors.Where(StandardDescriptors.IsNamedAtDump).Distinct())
        {
            request.Set(CriuOption.External, name);
        }
        DescriptorsFile.Write(options.ImagePath, descriptors);
    }

    private static void Run(Container container, CriuOptions options, CriuProgram program, CriuRequest request)
    {
        var log = new CriuLog(options.LogDirectory, LogName);
        log.Clear();
        string action = $"checkpoint of container {container.Record.Id} failed";
        using var signals = HookSignals.Open();
        using var session = CriuSession.Start(program, signals);
        CriuAnswer answer;
        try
        {
            answer = session.Ask(
                request.ToArray(),
                (notification, descriptor) =>
                {
                    descriptor?.Dispose();
                    if (notification.Script == "status-ready" && options.StatusDescriptor is { } status)
                    {
                        StatusDescriptor.Tell(status);
                    }
                }
            );
            _ = session.AwaitEnd();
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException(log.Explain(action, e.Message));
        }
        if (!answer.Success)
        {
            throw new CheckpointException(log.Explain(action, Fallback(answer)));
        }
    }

    internal static string Fallback(CriuAnswer answer) =>
        answer.ErrorText.Length > 0 ? answer.ErrorText : $"criu gave no reason (errno {answer.ErrorNumber})";

    /// <summary>criu thaws what it froze, unless it was killed.</summary>
    private static void Thaw(Container container)
    {
        using Cgroup? cgroup = container.OpenCgroup();
        if (cgroup?.FreezerState is FreezerState.Frozen or FreezerState.Freezing)
        {
            cgroup.Thaw(RuntimeContext.Deadline);
        }
    }

    /// <summary>What would not be there again after a restore, without a word.</summary>
    private static void Refuse(RuntimeSpec spec, Container container)
    {
        if (LandlockSteps.IsAsked(spec.Process, spec))
        {
            throw new CheckpointException(
                $"container {container.Record.Id} cannot be checkpointed: criu does not restore Landlock rules, so it would come back without them"
            );
        }
        if (PathAt.Status($"{container.Record.Bundle}/rootfs.json") is not null)
        {
            throw new CheckpointException(
                $"container {container.Record.Id} cannot be checkpointed: its root file system is put together from rootfs.json by its own process"
            );
        }
    }

    private static void Refuse(CriuOptions options, CriuProgram program, CriuFeatures features)
    {
        if (options.PreDump && !features.MemoryTracking)
        {
            throw new CheckpointException($"--pre-dump: criu {program.Version} cannot track changes of memory on this kernel");
        }
        if (options.LazyPages && !features.LazyPages)
        {
            throw new CheckpointException(
                $"--lazy-pages: criu {program.Version} cannot load memory lazily on this kernel (userfaultfd(2))"
            );
        }
    }
}
