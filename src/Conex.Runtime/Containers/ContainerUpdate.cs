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
    /// <returns>What was asked for and left out, a sentence each.</returns>
    /// <exception cref="ContainerStateException">There is no such container, or it has stopped.</exception>
    /// <exception cref="InvalidSpecException">A limit makes no sense or is refused; the limits are as they were.</exception>
    public static IReadOnlyList<string> Apply(RuntimeContext context, string id, LinuxResources change)
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
        IReadOnlyList<string> warnings = Put(context, container.Record, cgroup, before, ResourceMerge.Complete(before, change));
        CrashStep.At("runtime.update.limits-set");
        container.State.WriteRecord(container.Record with { Resources = ResourceMerge.Merge(before, change) });
        CrashStep.At("runtime.update.record-written");
        return warnings;
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
        SystemdScope.Update(record, change);
        try
        {
            return ResourceApplier.Update(cgroup, change, rootless: record.SystemdOfUser);
        }
        catch
        {
            SystemdScope.Update(record, before);
            throw;
        }
    }

    private static bool SameRules(IReadOnlyList<LinuxDeviceRule>? before, IReadOnlyList<LinuxDeviceRule>? change) =>
        before is not null && change is not null && before.SequenceEqual(change);
}
