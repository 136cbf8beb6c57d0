using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;
using Conex.Engine.Containers;

namespace Conex.Api.Streaming;

/// <summary>Keeps a promise beyond a handover: a client that waits for a container stays connected to the daemon that leaves, which asks its
/// successor.</summary>
internal static class WaitRelay
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits at the next daemon.</summary>
    /// <param name="socketPath">Where it listens, as soon as it does.</param>
    /// <param name="id">The container's ID.</param>
    /// <param name="wasRunning">Whether the container ran at the handover: then its next exit may be over when the successor is asked.</param>
    /// <param name="condition">What the client asked for.</param>
    /// <returns>Null when the successor does not come or does not know the container.</returns>
    internal static async Task<WaitResponse?> WaitAsync(string socketPath, string id, bool wasRunning, WaitCondition condition)
    {
        string word = condition switch
        {
            WaitCondition.Removed => "removed",
            WaitCondition.NextExit when !wasRunning => "next-exit",
            _ => "not-running",
        };
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                // The client blocks, for as long as the container runs: a thread of its own.
                return await Task.Factory.StartNew(
                    () => Wait(new EngineEndpoint(socketPath), id, word),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                );
            }
            catch (EngineUnreachableException) when (TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(Pause);
            }
            catch (Exception failed) when (failed is EngineException or EngineUnreachableException)
            {
                return null;
            }
        }
    }

    private static WaitResponse Wait(EngineEndpoint endpoint, string id, string condition)
    {
        using var client = new EngineClient(endpoint);
        using PendingWait wait = client.Containers.Wait(id, condition);
        return wait.Result();
    }
}
