using Conex.Runtime.Errors;
using Conex.Runtime.State;

namespace Conex.Runtime.ContainerHooks;

/// <summary>The hooks after the payload's start and after the container's end, from what was written down at create.</summary>
internal static class LifeEndHooks
{
    /// <exception cref="LaunchException">One failed: the container is to be ended (runtime-spec runtime.md, "Lifecycle", step 9).</exception>
    internal static void RunPoststart(ContainerRecord record)
    {
        if (record.Hooks?.Poststart is { Count: > 0 } hooks)
        {
            HookRunner.Run("poststart", hooks, ContainerStateText.Utf8(record, "running", record.Pid), record.Bundle, record.Annotations);
        }
    }

    /// <summary>Runs every one, also after one that failed.</summary>
    /// <param name="warn">Takes a sentence for each that failed.</param>
    internal static void RunPoststop(ContainerRecord record, Action<string> warn)
    {
        if (record.Hooks?.Poststop is not { Count: > 0 } hooks)
        {
            return;
        }
        byte[] state = ContainerStateText.Utf8(record, "stopped", 0);
        for (int i = 0; i < hooks.Count; i++)
        {
            try
            {
                HookRunner.Run("poststop", hooks, i, 1, state, record.Bundle, record.Annotations);
            }
            catch (Exception e) when (e is LaunchException or Linux.Errors.KernelException)
            {
                warn(e.Message);
            }
        }
    }
}
