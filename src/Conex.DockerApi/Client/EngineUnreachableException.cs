using Conex.Linux.Errors;

namespace Conex.DockerApi.Client;

/// <summary>Nobody answers at the engine's socket, or the connection broke.</summary>
public sealed class EngineUnreachableException : Exception
{
    /// <summary>No connection could be made.</summary>
    public EngineUnreachableException(EngineEndpoint endpoint, Errno error)
        : base(Describe(endpoint, error)) => Error = error;

    /// <summary>The connection was made and then broke, or what came was no HTTP.</summary>
    public EngineUnreachableException(EngineEndpoint endpoint, string reason)
        : base($"The connection to the Conex daemon at {endpoint} broke: {reason}") => Error = Errno.ECONNRESET;

    /// <summary>ENOENT and ECONNREFUSED: nobody listens; EACCES: the socket is not for this user.</summary>
    public Errno Error { get; }

    /// <summary>Whether there was nobody to connect to, so that starting a daemon helps.</summary>
    public bool NobodyListens => Error is Errno.ENOENT or Errno.ECONNREFUSED;

    private static string Describe(EngineEndpoint endpoint, Errno error) =>
        error switch
        {
            Errno.ENOENT or Errno.ECONNREFUSED => $"Cannot connect to the Conex daemon at {endpoint}. Is it running?",
            Errno.EACCES or Errno.EPERM => $"permission denied while trying to connect to the Conex daemon at {endpoint}",
            _ => $"Cannot connect to the Conex daemon at {endpoint}: {KernelException.Explain(error)}",
        };
}
