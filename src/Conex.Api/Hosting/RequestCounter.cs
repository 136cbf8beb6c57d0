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

    /// <summary>Counts a request until the ticket is disposed.</summary>
    internal Ticket Begin()
    {
        Interlocked.Exchange(ref lastActivity, Environment.TickCount64);
        Interlocked.Increment(ref requests);
        return new Ticket(this);
    }

    /// <summary>One request's place in the count.</summary>
    internal sealed class Ticket(RequestCounter counter) : IDisposable
    {
        private bool passing;

        /// <summary>From now on the request needs the engine no more.</summary>
        internal void LeaveEngineAlone()
        {
            passing = true;
            Interlocked.Increment(ref counter.passing);
            Interlocked.Decrement(ref counter.requests);
        }

        public void Dispose()
        {
            Interlocked.Exchange(ref counter.lastActivity, Environment.TickCount64);
            Interlocked.Decrement(ref passing ? ref counter.passing : ref counter.requests);
        }
    }
}
