using System.Collections.Concurrent;

namespace Conex.Images.Content;

/// <summary>Does one thing after the other on a thread of its own, each a moment after it was asked for: what frees much space holds up whoever
/// changes the same file system meanwhile, and so the answer to who asked.</summary>
internal sealed class LaterWork : IDisposable
{
    private const int StackSize = 256 << 10;

    // More than an answer takes.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private readonly BlockingCollection<(long Since, Action Work)> waiting = [];
    private readonly CancellationTokenSource end = new();
    private readonly Lazy<Thread> thread;

    internal LaterWork() => thread = new Lazy<Thread>(Start);

    /// <summary>Cancelled when this is disposed.</summary>
    internal CancellationToken Ended => end.Token;

    /// <param name="work">May end with <see cref="OperationCanceledException"/> of <see cref="Ended"/>, and with no other exception.</param>
    internal void Add(Action work)
    {
        waiting.Add((Environment.TickCount64, work));
        _ = thread.Value;
    }

    /// <summary>Waits for what is being done; what is still to do is forgotten.</summary>
    public void Dispose()
    {
        if (end.IsCancellationRequested)
        {
            return;
        }
        end.Cancel();
        if (thread.IsValueCreated)
        {
            thread.Value.Join();
        }
        end.Dispose();
        waiting.Dispose();
    }

    private Thread Start()
    {
        var started = new Thread(Run, StackSize) { IsBackground = true };
        started.Start();
        return started;
    }

    private void Run()
    {
        try
        {
            foreach ((long since, Action work) in waiting.GetConsumingEnumerable(end.Token))
            {
                TimeSpan rest = Moment - TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
                if (rest > TimeSpan.Zero && end.Token.WaitHandle.WaitOne(rest))
                {
                    return;
                }
                work();
            }
        }
        catch (OperationCanceledException) { }
    }
}
