using Conex.Linux.Cgroups;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Resources;
using Conex.Runtime.State;
using Conex.Runtime.Systemd;

namespace Conex.Runtime.Containers;

/// <summary>The cgroup of a container that is being made, whoever makes it: this runtime before the process exists, systemd around the
/// process, or nobody.</summary>
internal sealed class NewCgroup : IDisposable
{
    private readonly CgroupHost host;
    private readonly RuntimeSpec spec;
    private readonly string id;
    private readonly SystemdScope? scope;
    private readonly RuntimeContext context;
    private readonly bool isNamed;
    private string? path;
    private readonly LinuxResources resources;
    private readonly List<string> warnings = [];
    private SharedCgroup? shared;

    private NewCgroup(RuntimeContext context, RuntimeSpec spec, string id)
    {
        this.context = context;
        this.spec = spec;
        this.id = id;
        host = CgroupHost.Detect();
        resources = spec.Linux?.Resources ?? new LinuxResources();
        string? configured = string.IsNullOrEmpty(spec.Linux?.CgroupsPath) ? null : spec.Linux.CgroupsPath;
        scope = context.CgroupDriver == CgroupDriver.Systemd ? SystemdScope.Plan(host, configured, id) : null;
        isNamed = configured is not null;
        path = context.CgroupDriver == CgroupDriver.Disabled ? null : scope?.CgroupsPath ?? configured ?? $"/conex/{id}";
    }

    /// <summary>The cgroup; null when there is none of the container's own, and before it is made.</summary>
    internal Cgroup? Cgroup { get; private set; }

    /// <summary>Whether <see cref="Complete"/> has still to be called, or failed.</summary>
    internal bool IsIncomplete { get; private set; }

    /// <summary>What the starter takes the process into; with systemd nothing.</summary>
    internal Cgroup? OfStarter => scope is null ? Cgroup : null;

    /// <summary>Whether somebody other than root made it, or nobody could.</summary>
    internal bool IsOrdinary { get; private set; }

    /// <summary>Whether the container stays in the cgroup of a starter who is not root.</summary>
    internal bool IsShared => Cgroup is null && (IsOrdinary || context.IsRootless);

    /// <summary>The <c>tasks</c> files of the version 1 hierarchies that the process moves itself into: all, or those that systemd leaves
    /// alone.</summary>
    internal IReadOnlyList<string> TaskFiles => shared?.TaskFiles ?? Cgroup?.TaskFiles ?? [];

    /// <summary>Limits that were asked for and left out, a sentence each.</summary>
    internal IReadOnlyList<string> Warnings => warnings;

    /// <summary>Finds out where the cgroup will be; nothing is made yet.</summary>
    internal static NewCgroup Plan(RuntimeContext context, RuntimeSpec spec, string id) => new(context, spec, id);

    /// <summary>Writes into the record what leads to the cgroup.</summary>
    internal ContainerRecord Describe(ContainerRecord record) =>
        record with
        {
            CgroupsPath = path,
            CgroupPaths = path is not null && (IsOrdinary || !path.StartsWith('/')) ? Cgroup?.Paths : null,
            SystemdUnit = scope?.Unit,
            SystemdOfUser = scope?.OfUser ?? false,
        };

    /// <summary>Makes the cgroup, where that is the runtime's work.</summary>
    internal void Make()
    {
        Begin(whole: true);
        Complete();
    }

    /// <summary>Makes as much of the cgroup as a process needs to be cloned: its directory of version 2. The whole where it is not known before where it
    /// will be.</summary>
    internal void Begin(bool whole = false)
    {
        if (path is null)
        {
            RefuseLimits();
            return;
        }
        // The payload's user reads its limits in the cgroup, whatever the caller's mask.
        CurrentProcess.SetUmask(0x12);
        if (scope is not null)
        {
            Share(path);
        }
        else if (!whole && !context.IsRootless && CurrentProcess.EffectiveUser == 0)
        {
            IsIncomplete = true;
            Cgroup = Cgroup.Begin(host, path);
        }
        else
        {
            Cgroup = Create(path);
            path = Cgroup?.Path;
        }
    }

    /// <summary>Makes what is left of the cgroup.</summary>
    internal void Complete()
    {
        if (IsIncomplete)
        {
            Cgroup!.Complete();
            IsIncomplete = false;
        }
        CrashStep.At("runtime.create.cgroup-made");
    }

    /// <summary>Sets the device rules of a cgroup that the runtime made, before a process is in it.</summary>
    internal void LimitDevices()
    {
        if (OfStarter is not { } made)
        {
            return;
        }
        try
        {
            ResourceApplier.ApplyDevices(made, resources, IsOrdinary);
        }
        catch (Exception e)
            when (!IsOrdinary && context.IsRootless && e is CgroupException or KernelException { Error: Errno.EPERM or Errno.EACCES })
        {
            // Root of a user namespace in a cgroup that is its own: everything but device rules.
            IsOrdinary = true;
        }
    }

    /// <summary>Sets the other limits.</summary>
    internal void Limit()
    {
        if (OfStarter is { } made)
        {
            warnings.AddRange(ResourceApplier.ApplyLimits(made, resources));
            CrashStep.At("runtime.create.limits-set");
        }
    }

    /// <summary>Lets systemd make the cgroup around the process, which waits, and sets the limits.</summary>
    internal void Enclose(int pid)
    {
        if (scope is not null)
        {
            scope.Start(host, pid, id, resources, spec.Annotations);
            shared!.BringIn(pid);
            warnings.AddRange(ResourceApplier.Apply(Cgroup!, resources, rootless: scope.OfUser));
            // On version 1 systemd may just have been moving the processes of the starter's unit, to which this one belonged.
            shared.BringIn(pid);
        }
    }

    /// <summary>What of its cgroups the container sees.</summary>
    internal IReadOnlyList<CgroupView> Views() => CgroupViews.Of(host, Cgroup);

    /// <summary>Ends and removes what was made.</summary>
    /// <exception cref="CgroupException">A process does not end.</exception>
    internal void Undo(ContainerRecord record)
    {
        if (scope is { IsStarted: false })
        {
            // A unit of that name may be another container's.
            shared?.RemoveOthers();
            return;
        }
        if (IsIncomplete)
        {
            // A directory that was there may be another container's.
            Cgroup?.Withdraw(RuntimeContext.Deadline);
            return;
        }
        Cgroup?.Kill(RuntimeContext.Deadline);
        if (scope is not null)
        {
            SystemdScope.Remove(record);
        }
        Cgroup?.Delete(RuntimeContext.Deadline);
    }

    /// <summary>Closes what systemd was asked through; the cgroup stays open.</summary>
    public void Dispose() => scope?.Dispose();

    /// <summary>The cgroup that a unit will have. One with processes is another's: its limits and its end must not be this container's.</summary>
    private void Share(string cgroupsPath)
    {
        var cgroup = Cgroup.Open(host, cgroupsPath);
        var parts = new SharedCgroup(cgroup);
        try
        {
            parts.MakeOthers();
        }
        catch
        {
            cgroup.Dispose();
            throw;
        }
        Cgroup = cgroup;
        shared = parts;
    }

    /// <summary>A path that the configuration names is where the cgroup is, or there is an error, as runc has it; without one, somebody other than
    /// root gets what can be had.</summary>
    private Cgroup? Create(string wanted)
    {
        if (CurrentProcess.EffectiveUser == 0)
        {
            try
            {
                return Cgroup.Create(host, wanted);
            }
            catch (KernelException e) when (e.Error is Errno.EACCES or Errno.EPERM or Errno.EROFS && context.IsRootless)
            {
                // Root of a user namespace.
            }
        }
        else if (!context.IsRootless)
        {
            return Cgroup.Create(host, wanted);
        }
        IsOrdinary = true;
        return isNamed
            ? Cgroup.TryCreateWritable(host, wanted)
                ?? throw new InvalidSpecException(
                    $"linux.cgroupsPath {wanted}: this user may not make a cgroup there: leave the path out, and {OrdinaryCgroup.WayOut(host)}"
                )
            : OrdinaryCgroup.Make(host, id, resources);
    }

    private void RefuseLimits()
    {
        if (ResourceWrites.Plan(resources, host.VersionOf).Writes is [var first, ..])
        {
            throw new InvalidSpecException($"{first.Limit}: --cgroup-manager disabled makes no cgroup, and only a cgroup can have limits");
        }
    }
}
