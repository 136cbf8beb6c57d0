using Conex.Oci;

namespace Conex.Images.Registries;

/// <summary>The downloads that are under way: several pulls of one layer share one.</summary>
internal sealed class LayerFlights
{
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, LayerFlight> flights = [];

    /// <summary>Joins the download of a blob, or begins it.</summary>
    /// <param name="blob">What is downloaded.</param>
    /// <param name="diffId">What it must become.</param>
    /// <param name="watcher">Gets the download's steps.</param>
    /// <param name="work">Downloads; runs on a thread of its own.</param>
    internal async Task<StoredLayer> JoinAsync(
        Digest blob,
        Digest diffId,
        Action<TransferStep> watcher,
        Func<Action<TransferStep>, CancellationToken, StoredLayer> work,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            (LayerFlight flight, bool isOwn) = Board(blob, diffId, watcher, work);
            try
            {
                StoredLayer layer = await flight.Task.WaitAsync(cancellationToken);
                return layer.DiffId == diffId
                    ? layer
                    : throw new RegistryException(
                        $"the layer {blob} has the diff ID {layer.DiffId}, but the image's configuration says {diffId}"
                    );
            }
            catch (Exception e)
                when (!isOwn && !cancellationToken.IsCancellationRequested && (flight.DiffId != diffId || e is OperationCanceledException))
            {
                // The other image was wrong about the layer, or the others gave up: this one tries for itself.
            }
            finally
            {
                if (flight.Leave(watcher))
                {
                    // Who gives up last leaves when all is closed.
                    await ((Task)flight.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    flight.Dispose();
                }
            }
        }
    }

    private (LayerFlight Flight, bool IsOwn) Board(
        Digest blob,
        Digest diffId,
        Action<TransferStep> watcher,
        Func<Action<TransferStep>, CancellationToken, StoredLayer> work
    )
    {
        while (true)
        {
            Task former;
            lock (gate)
            {
                if (!flights.TryGetValue(blob, out LayerFlight? flight))
                {
                    flight = new LayerFlight(diffId);
                    flight.TryBoard(watcher);
                    flights[blob] = flight;
                    flight.Start(
                        (report, token) =>
                        {
                            try
                            {
                                return work(report, token);
                            }
                            finally
                            {
                                lock (gate)
                                {
                                    flights.Remove(blob);
                                }
                            }
                        }
                    );
                    return (flight, true);
                }
                if (flight.TryBoard(watcher))
                {
                    return (flight, false);
                }
                former = flight.Task;
            }
            // Given up, but not down yet: its file must be closed before the next one goes on in it.
            ((IAsyncResult)former).AsyncWaitHandle.WaitOne();
        }
    }
}
