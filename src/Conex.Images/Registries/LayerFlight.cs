using Conex.Oci;

namespace Conex.Images.Registries;

/// <summary>One download of one layer, for all pulls that want it at a moment. It ends when the last of them gives up.</summary>
internal sealed class LayerFlight : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource cancelled = new();
    private readonly List<Action<TransferStep>> watchers = [];
    private int passengers;
    private bool isGivenUp;

    internal LayerFlight(Digest diffId) => DiffId = diffId;

    internal Digest DiffId { get; }

    /// <summary>Set right after the making, under the registry's lock.</summary>
    internal Task<StoredLayer> Task { get; private set; } = null!;

    internal void Start(Func<Action<TransferStep>, CancellationToken, StoredLayer> work) =>
        Task = System.Threading.Tasks.Task.Factory.StartNew(
            () => work(Report, cancelled.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    /// <returns>False when it was given up a moment ago.</returns>
    internal bool TryBoard(Action<TransferStep> watcher)
    {
        lock (gate)
        {
            if (isGivenUp)
            {
                return false;
            }
            passengers++;
            watchers.Add(watcher);
            return true;
        }
    }

    /// <summary>When the work has ended and nobody can board any more.</summary>
    public void Dispose() => cancelled.Dispose();

    /// <returns>Whether it was the last one.</returns>
    internal bool Leave(Action<TransferStep> watcher)
    {
        lock (gate)
        {
            watchers.Remove(watcher);
            isGivenUp = --passengers == 0;
        }
        if (isGivenUp)
        {
            cancelled.Cancel();
        }
        return isGivenUp;
    }

    private void Report(TransferStep step)
    {
        lock (gate)
        {
            watchers.ForEach(watcher => watcher(step));
        }
    }
}
