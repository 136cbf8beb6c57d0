using Microsoft.Extensions.Hosting;

namespace Conex.Api.Hosting;

/// <summary>A host lifetime that neither prints nor listens for signals.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
