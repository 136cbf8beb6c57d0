using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Conex.Engine.Events;

/// <summary>The last 256 events, and the ones to come.</summary>
public sealed class EventLog(TimeProvider time)
{
    private const int Remembered = 256;
    private const int Unread = 1024;
    private readonly Lock gate = new();
    private readonly Queue<EngineEvent> past = new(Remembered);
    private readonly List<Channel<EngineEvent>> subscribers = [];

    /// <summary>How many clients listen.</summary>
    public int Listeners
    {
        get
        {
            lock (gate)
            {
                return subscribers.Count;
            }
        }
    }

    /// <summary>Events from <paramref name="since"/> on, as far as they are remembered, then the ones that come. Listening begins at the call,
    /// not at the first step of the enumeration. A reader that falls a thousand events behind misses the oldest.</summary>
    /// <param name="since">Null: only what comes.</param>
    /// <param name="until">Null: until cancelled.</param>
    public IAsyncEnumerable<EngineEvent> Subscribe(
        DateTimeOffset? since,
        DateTimeOffset? until,
        CancellationToken cancellationToken = default
    )
    {
        var channel = Channel.CreateBounded<EngineEvent>(
            new BoundedChannelOptions(Unread) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }
        );
        lock (gate)
        {
            if (since is { } from)
            {
                foreach (EngineEvent one in past)
                {
                    if (one.Time >= from && !(one.Time > until))
                    {
                        channel.Writer.TryWrite(one);
                    }
                }
            }
            if (until is null || until > time.GetUtcNow())
            {
                subscribers.Add(channel);
            }
            else
            {
                channel.Writer.Complete();
            }
        }
        return ReadAsync(channel, until, cancellationToken);
    }

    internal void Publish(string type, string action, string actorId, IReadOnlyDictionary<string, string> attributes)
    {
        lock (gate)
        {
            var one = new EngineEvent(type, action, actorId, attributes, time.GetUtcNow());
            if (past.Count == Remembered)
            {
                past.Dequeue();
            }
            past.Enqueue(one);
            foreach (Channel<EngineEvent> subscriber in subscribers)
            {
                subscriber.Writer.TryWrite(one);
            }
        }
    }

    private async IAsyncEnumerable<EngineEvent> ReadAsync(
        Channel<EngineEvent> channel,
        DateTimeOffset? until,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using ITimer? timer = until is { } end
            ? time.CreateTimer(_ => channel.Writer.TryComplete(), null, Remaining(end), Timeout.InfiniteTimeSpan)
            : null;
        try
        {
            await foreach (EngineEvent one in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return one;
            }
        }
        finally
        {
            lock (gate)
            {
                subscribers.Remove(channel);
            }
        }
    }

    private TimeSpan Remaining(DateTimeOffset end)
    {
        TimeSpan left = end - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
