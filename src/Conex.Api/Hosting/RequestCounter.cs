namespace Conex.Api.Hosting;

/// <summary>Counts what the server is busy with: requests that need the engine, and hijacked connections, which only pass bytes on.</summary>
internal sealed class RequestCounter
{
    private int requests;
    private int hijacked;
    private long lastActivity = Environment.TickCount64;

    internal int Requests => Volatile.Read(ref requests);

    /// <summary>How long there has been nothing to do; zero while there is.</summary>
    internal TimeSpan IdleTime =>
        Volatile.Read(ref requests) + Volatile.Read(ref hijacked) > 0
            ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref lastActivity));

    internal void Begin() => Interlocked.Increment(ref requests);

    /// <summary>A request of those that have begun became a passage of bytes.</summary>
    internal void BecomeHijacked()
    {
        Interlocked.Increment(ref hijacked);
        Interlocked.Decrement(ref requests);
    }

    internal void End(bool wasHijacked)
    {
        Interlocked.Exchange(ref lastActivity, Environment.TickCount64);
        Interlocked.Decrement(ref wasHijacked ? ref hijacked : ref requests);
    }
}
