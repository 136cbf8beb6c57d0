using Conex.Linux.Cgroups;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.Netlink;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.State;

namespace Conex.Runtime.Checkpoints;

/// <summary>One restore: criu's request, its notifications, and what the container's record says in the end.</summary>
internal sealed class RestoreWork(
    RestoreRequest restore,
    CriuProgram program,
    StateDirectory state,
    NewCgroup cgroup,
    ContainerRecord record
)
{
    private const string LogName = "restore.log";

    private readonly RuntimeSpec spec = restore.Bundle.Spec;
    private readonly IReadOnlyList<AddedMount> added = AddedMountsFile.Read(restore.Options.ImagePath);
    private readonly CriuOptions options = restore.Options;
    private readonly CriuLog log = new(restore.Options.LogDirectory, LogName);
    private FileHandle? terminal;
    private PidHandle? init;

    /// <summary>The container's record, with its process once that exists.</summary>
    internal ContainerRecord Record { get; private set; } = record;

    private string Action => $"restore of container {restore.Id} failed";

    /// <exception cref="CheckpointException">criu failed.</exception>
    /// <exception cref="LaunchException">A hook failed.</exception>
    internal RestoredContainer Do(IReadOnlyList<string> descriptors)
    {
        try
        {
            Run(descriptors);
        }
        catch
        {
            init?.Send(Signal.SIGKILL);
            init?.Dispose();
            terminal?.Dispose();
            throw;
        }
        return new RestoredContainer(state, Record, init!, terminal, cgroup.Cgroup);
    }

    private void Run(IReadOnlyList<string> descriptors)
    {
        CriuDirectories.Make(options with { ParentPath = null });
        log.Clear();
        var request = new CriuRequest(CriuRequestType.Restore);
        request.Set(CriuOption.EvasiveDevices, true);
        // Init becomes a child of this process, which can wait for it.
        request.Set(CriuOption.RestoreSibling, true);
        AddLabels(request);
        List<FileHandle> handedIn = ExternalNamespaces.AddToRestore(request, spec.Linux, program.Version);
        foreach ((string name, FileHandle stream) in StandardDescriptors.Replacements(descriptors))
        {
            // criu closes what it is given, and --shell-job looks at its descriptor 0.
            request.AddDescriptor(name, CriuSession.FirstDescriptor + handedIn.Count);
            handedIn.Add(stream);
        }
        List<FileHandle> directories = [];
        try
        {
            using var signals = HookSignals.Open();
            using CriuSession session = Start(request, signals, handedIn, directories);
            AddCgroups(request, session.Pid);
            Ask(session, request);
        }
        finally
        {
            handedIn.ForEach(h => h.Dispose());
            directories.ForEach(d => d.Dispose());
        }
    }

    private void Ask(CriuSession session, CriuRequest request)
    {
        CriuAnswer answer;
        ExitStatus end;
        try
        {
            answer = session.Ask(request.ToArray(), Notified);
            end = session.AwaitEnd();
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException(log.Explain(Action, e.Message));
        }
        if (!answer.Success)
        {
            throw new CheckpointException(log.Explain(Action, ContainerCheckpoint.Fallback(answer)));
        }
        if (init is null || end is not { Code: 0, Signal: Signal.None })
        {
            throw new CheckpointException(log.Explain(Action, $"criu ended with {end.ShellCode}"));
        }
    }

    /// <summary>Starts criu where the root file system is a mount, which it demands, and which nobody else sees.</summary>
    /// <param name="directories">Takes what criu opens by its number in this process.</param>
    private CriuSession Start(CriuRequest request, HookSignals signals, List<FileHandle> handedIn, List<FileHandle> directories)
    {
        string root = state.MakeRestoreRoot();
        using var paths = new RootPaths(Record.Rootfs);
        var mounts = new ExternalMounts(AddedMountsFile.AddTo(spec, added), Record.Bundle, paths);
        mounts.MakeMountPoints();
        mounts.AddToRestore(request, CgroupHost.Detect(), cgroup.Cgroup, state.MakeNotifyDirectory());
        request.Set(CriuOption.Root, root);
        using var own = PrivateMounts.Enter();
        using (MountHandle clone = MountHandle.Clone(Record.Rootfs, recursive: true))
        {
            clone.Attach(root);
        }
        // criu mounts in them: they must be found on mounts of its own namespace.
        directories.Add(RestoreImages.Open(options.ImagePath, spec.Linux));
        directories.Add(PathAt.OpenDirectory(options.LogDirectory));
        SharedOptions.Add(request, options, directories[0], directories[1], LogName, spec.Annotations);
        return CriuSession.Start(program, signals, ownStreams: true, handedIn);
    }

    private void AddLabels(CriuRequest request)
    {
        // Before 3.16 another profile than the image's was not taken.
        foreach (
            (string name, CriuOption option, string? value) in (ReadOnlySpan<(string, CriuOption, string?)>)
                [
                    ("--lsm-profile", CriuOption.LsmProfile, options.LsmProfile),
                    ("--lsm-mount-context", CriuOption.LsmMountContext, options.LsmMountContext),
                ]
        )
        {
            if (string.IsNullOrEmpty(value))
            {
                continue;
            }
            if (!program.Version.IsAtLeast(3, 16))
            {
                throw new CheckpointException($"{name} requires at least criu 3.16, and {program.Path} is {program.Version}");
            }
            request.Set(option, value);
        }
    }

    /// <summary>Moves criu into the container's cgroup: what it restores begins there, and the image's cgroups lie there instead of where they were.</summary>
    private void AddCgroups(CriuRequest request, int criu)
    {
        cgroup.OfStarter?.AddProcess(criu);
        cgroup.Enclose(criu);
        if (cgroup.Cgroup is null)
        {
            return;
        }
        foreach (string line in System.Text.Encoding.UTF8.GetString(FileIo.ReadAll($"/proc/{criu}/cgroup")).Split('\n'))
        {
            if (line.Split(':', 3) is [_, var controllers, var path])
            {
                foreach (string controller in controllers.Split(','))
                {
                    request.AddCgroupRoot(controller, path);
                }
            }
        }
    }

    private void Notified(CriuAnswer notification, FileHandle? descriptor)
    {
        switch (notification.Script)
        {
            case "setup-namespaces":
                RaiseLoopback(notification.Pid);
                RunHooks(notification.Pid);
                break;
            case "post-restore":
                Describe(notification.Pid);
                break;
            case "orphan-pts-master" when descriptor is not null:
                TakeTerminal(descriptor);
                return;
            default:
                break;
        }
        descriptor?.Dispose();
    }

    /// <summary>Does to a new network namespace what a start does: criu leaves its devices alone, and without this one brings no connection over
    /// 127.0.0.1 back.</summary>
    private void RaiseLoopback(int pid)
    {
        if (!NamespaceSet.Parse(spec.Linux).Creates(NamespaceSet.Network))
        {
            return;
        }
        using FileHandle network = PathAt.Open($"/proc/{pid}/ns/net", OpenMode.Read);
        using var routes = RouteSocket.OpenIn(network);
        Errno error = Links.Raise(routes, Links.Loopback);
        if (error != Errno.None)
        {
            throw new CheckpointException($"{Action}: bring the loopback device up: {KernelException.Explain(error)}");
        }
    }

    /// <summary>Runs the hooks that set a network up, now that there is a namespace for it.</summary>
    private void RunHooks(int pid)
    {
        byte[] text = ContainerStateText.Utf8(Record, "creating", pid);
        HookRunner.Run("prestart", spec.Hooks?.Prestart, text, Record.Bundle, Record.Annotations);
        HookRunner.Run("createRuntime", spec.Hooks?.CreateRuntime, text, Record.Bundle, Record.Annotations);
    }

    /// <summary>Writes down the process, which exists and goes on when this is answered.</summary>
    private void Describe(int pid)
    {
        init = PidHandle.TryOpen(pid) ?? throw new CheckpointException("the restored process ended at once");
        Record = Record with
        {
            Pid = pid,
            StartTime = ProcessIdentity.Read(pid)?.StartTime ?? 0,
            // criu keeps the clocks going by a time namespace, whether there was one or not.
            Namespaces = Record.Namespaces | (HasOwnClocks(pid) ? NamespaceSet.Time : 0),
        };
        if (added.Count > 0)
        {
            state.WriteMounts(AddedMountsFile.Renumber(added, pid));
        }
        state.WriteRecord(Record);
        CrashStep.At("runtime.restore.process-recorded");
        Record.Resctrl?.Join(pid);
        state.Unlock();
    }

    private void TakeTerminal(FileHandle master)
    {
        if (restore.TakeTerminal is { } take)
        {
            take(master);
        }
        else
        {
            terminal = master;
        }
    }

    private static bool HasOwnClocks(int pid) => TimeNamespace($"{pid}") is { } theirs && theirs != TimeNamespace("self");

    private static ulong? TimeNamespace(string process) => PathAt.Status($"/proc/{process}/ns/time")?.Inode;
}
