using Conex.Linux.Cgroups;
using Conex.Linux.Errors;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Resources;
using Conex.Runtime.State;

namespace Conex.Runtime.Containers;

/// <summary>Takes back what was made of a container that could not be created or restored.</summary>
internal static class CreationUndo
{
    /// <param name="record">What leads to the cgroup; null while nothing was made.</param>
    /// <param name="launched">What is known of a container whose hooks may have run; null before.</param>
    internal static void Do(
        RuntimeContext context,
        StateDirectory state,
        NewCgroup? cgroup,
        ResctrlGroups? groups,
        ContainerRecord? record,
        ContainerRecord? launched
    )
    {
        if (state.IsLost)
        {
            // Who deleted the container has removed all of it, and its cgroup may be another's.
            cgroup?.Cgroup?.Dispose();
            return;
        }
        try
        {
            if (record is not null)
            {
                cgroup?.Undo(record);
            }
            groups?.Remove();
        }
        catch (Exception e) when (e is CgroupException or KernelException)
        {
            // The error that led here is the one to report; the state directory stays for delete --force.
            return;
        }
        finally
        {
            cgroup?.Cgroup?.Dispose();
        }
        // Without its cgroups no hook of it has run.
        if (launched is not null && cgroup is not { IsIncomplete: true })
        {
            LifeEndHooks.RunPoststop(launched, context.Warn);
        }
        state.Remove();
    }
}
