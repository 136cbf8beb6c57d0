namespace Conex.Api.Hosting;

/// <summary>What all requests share: whether the server leaves, and what it is busy with.</summary>
/// <param name="socketPath">Where this server is found, and after a handover the next one.</param>
internal sealed class ServerLife(string socketPath) : IDisposable
{
    private readonly CancellationTokenSource leaving = new();

    internal string SocketPath => socketPath;

    internal RequestCounter Counter { get; } = new();

    /// <summary>Cancelled when the server leaves: for answers without an end of their own.</summary>
    internal CancellationToken Leaving => leaving.Token;

    /// <summary>Whether another server takes over at once.</summary>
    internal bool IsHandover { get; private set; }

    internal void Leave(bool handover)
    {
        IsHandover = handover;
        leaving.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => leaving.Dispose();
}
