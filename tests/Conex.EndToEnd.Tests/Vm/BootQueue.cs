namespace Conex.EndToEnd.Tests.Vm;

/// <summary>Boots virtual machines one after the other, on a thread of its own: two at once would take each other's processors.</summary>
internal static class BootQueue
{
    private static readonly Dictionary<string, Task<VirtualMachine>> Machines = new(StringComparer.Ordinal);
    private static Task last = Task.CompletedTask;

    /// <summary>Queues the machine of this collection of tests, if it has one.</summary>
    internal static void Begin(string collection)
    {
        if (!Has(collection))
        {
            return;
        }
        Task<VirtualMachine> machine = last.ContinueWith(
            _ => new VirtualMachine(collection),
            CancellationToken.None,
            TaskContinuationOptions.LongRunning,
            TaskScheduler.Default
        );
        Machines.Add(collection, machine);
        last = machine;
    }

    /// <summary>Whether this collection of tests has a machine.</summary>
    internal static bool Has(string collection) => collection is VirtualMachine.Unified or VirtualMachine.Hybrid;

    /// <summary>The machine, when it has ended.</summary>
    internal static VirtualMachine Take(string collection) => Machines[collection].GetAwaiter().GetResult();
}
