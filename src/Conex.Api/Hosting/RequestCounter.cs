namespace Conex.Api.Hosting;

/// <summary>Counts what the server is busy with: requests that need the engine, and the ones that
/// only pass on what others send: hijacked connections, and waits that outlive a handover.</summary>
internal sealed class RequestCounter
{
    private int requests;
    private int passing;
    private long lastActivity = Environment.TickCount64;

    internal int Requests => Volatile.Read(ref requests);

    /// <summary>How long there has been nothing to do; zero while there is.</summary>
    internal TimeSpan IdleTime => Volatile.Read(ref requests) + Volatile.Read(ref passing) > 0 ? TimeSpan.Zero : QuietTime;

    /// <summary>How long no request has begun or ended; some may wait.</summary>
    internal TimeSpan QuietTime => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref lastActivity));

    internal void Begin()
    {
        Interlocked.Exchange(ref lastActivity, Environment.TickCount64);
        Interlocked.Increment(ref requests);
    }

    /// <summary>A request of those that have begun needs the engine no more.</summary>
    internal void LeaveEngineAlone()
    {
        Interlocked.Increment(ref passing);
        Interlocked.Decrement(ref requests);
    }

    internal void End(bool leftEngineAlone)
    {
        Interlocked.Exchange(ref lastActivity, Environment.TickCount64);
        Interlocked.Decrement(ref leftEngineAlone ? ref passing : ref requests);
    }
}
