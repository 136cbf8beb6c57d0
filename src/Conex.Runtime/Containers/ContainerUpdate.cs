using Conex.Linux.Cgroups;
using Conex.Linux.Faults;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Resources;
using Conex.Runtime.State;
using Conex.Runtime.Systemd;

namespace Conex.Runtime.Containers;

/// <summary>Changes the limits of a container that exists.</summary>
public static class ContainerUpdate
{
    /// <param name="change">What is absent stays as it is.</param>
    /// <param name="resctrl">The change of the container's resctrl group; null for none.</param>
    /// <returns>What was asked for and left out, a sentence each.</returns>
    /// <exception cref="ContainerStateException">There is no such container, or it has stopped.</exception>
    /// <exception cref="InvalidSpecException">A limit makes no sense or is refused; the limits are as they were.</exception>
    public static IReadOnlyList<string> Apply(RuntimeContext context, string id, LinuxResources change, ResctrlUpdate? resctrl = null)
    {
        var container = Container.Open(context, id);
        if (container.Status is ContainerStatus.Stopped or ContainerStatus.Creating)
        {
            throw new ContainerStateException("container not running");
        }
        using Cgroup cgroup =
            container.OpenCgroup()
            ?? throw new InvalidSpecException(
                $"update container {id}: it was made without a cgroup of its own, and only a cgroup can have limits: {OrdinaryCgroup.WayOut(CgroupHost.Detect())}"
            );
        LinuxResources before = container.Record.Resources ?? container.Spec.Linux?.Resources ?? new LinuxResources();
        if (SameRules(before.Devices, change.Devices))
        {
            // Engines send all limits back with the changed ones. Rules that a device plugin added beside them since then stay.
            change = change with
            {
                Devices = null,
            };
        }
        ContainerRecord record = container.Record;
        Action? takeBack = null;
        if (resctrl is not null)
        {
            (record, takeBack) = Put(container, cgroup, resctrl);
        }
        IReadOnlyList<string> warnings;
        try
        {
            warnings = Put(context, record, cgroup, before, ResourceMerge.Complete(before, change));
        }
        catch
        {
            takeBack?.Invoke();
            throw;
        }
        CrashStep.At("runtime.update.limits-set");
        container.State.WriteRecord(record with { Resources = ResourceMerge.Merge(before, change) });
        CrashStep.At("runtime.update.record-written");
        return warnings;
    }

    private static (ContainerRecord, Action TakeBack) Put(Container container, Cgroup cgroup, ResctrlUpdate resctrl)
    {
        string? found = ResctrlGroups.TryFindRoot();
        resctrl.Check(found);
        string root = found!;
        ContainerRecord record = container.Record;
        bool isNew = record.Resctrl is null;
        ResctrlGroups groups = ResctrlUpdate.GroupsOf(record.Resctrl, record.Id, root);
        ContainerRecord changed = record with { ResctrlTasks = groups.Tasks, ResctrlOwned = groups.Owned };
        // Before the group is made, so that delete finds it.
        container.State.WriteRecord(changed);
        string? before;
        try
        {
            before = resctrl.Apply(groups, root, isNew, cgroup.Processes);
        }
        catch
        {
            container.State.WriteRecord(record);
            throw;
        }
        return (
            changed,
            () =>
            {
                ResctrlUpdate.Restore(groups, root, before);
                container.State.WriteRecord(record);
            }
        );
    }

    /// <summary>systemd first: what it rounds is written exactly afterwards.</summary>
    private static IReadOnlyList<string> Put(
        RuntimeContext context,
        ContainerRecord record,
        Cgroup cgroup,
        LinuxResources before,
        LinuxResources change
    )
    {
        if (record.SystemdUnit is null)
        {
            return ResourceApplier.Update(cgroup, change, context.IsRootless);
        }
        bool replacesDevices = change.Devices is { Count: > 0 } && cgroup.Host.VersionOf("devices") == CgroupVersion.V1;
        using HeldCgroup? held = replacesDevices ? HeldCgroup.Hold(cgroup) : null;
        SystemdScope.Update(record, cgroup.Host, change);
        try
        {
            return ResourceApplier.Update(cgroup, change, rootless: record.SystemdOfUser);
        }
        catch
        {
            SystemdScope.Restore(record, cgroup.Host, before, change);
            throw;
        }
    }

    private static bool SameRules(IReadOnlyList<LinuxDeviceRule>? before, IReadOnlyList<LinuxDeviceRule>? change) =>
        before is not null && change is not null && before.SequenceEqual(change);
}
