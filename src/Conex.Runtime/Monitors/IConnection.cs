using Conex.Linux.Polling;

namespace Conex.Runtime.Monitors;

/// <summary>A client in one of its roles: new, control or attached.</summary>
internal interface IConnection
{
    /// <summary>The client's socket.</summary>
    ClientLink Link { get; }

    /// <summary>Handles an event of the socket.</summary>
    void Ready(Readiness readiness);

    /// <summary>Brings the epoll set up to date after all events were handled.</summary>
    void Settle();
}
