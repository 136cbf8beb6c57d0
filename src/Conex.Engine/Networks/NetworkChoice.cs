using Conex.Engine.Containers;
using Conex.Engine.Errors;

namespace Conex.Engine.Networks;

/// <summary>What <c>--network</c> comes to.</summary>
/// <param name="IsHost">Whether the container stays in the host's network.</param>
/// <param name="Warning">What the user should know; null when all is as asked.</param>
internal readonly record struct NetworkChoice(bool IsHost, string? Warning)
{
    private const string BridgeWarning = "network bridge is not available yet: the container gets no network but loopback";

    /// <exception cref="NotFoundException">No such network.</exception>
    /// <exception cref="NotAvailableException">A mode, or published ports, that this engine does not do.</exception>
    internal static NetworkChoice From(ContainerConfiguration configuration)
    {
        HostConfiguration host = configuration.Host;
        string mode = configuration.NetworkDisabled ? "none" : host.NetworkMode;
        bool publishes = host.PublishAllPorts || host.PortBindings is { Count: > 0 };
        if (host.Links is { Count: > 0 })
        {
            throw new NotAvailableException("links need bridge networks, which come later");
        }
        switch (mode)
        {
            case "host":
                return new(true, publishes ? "Published ports are discarded when using host network mode" : null);
            case "none" or "" or "default" or "bridge":
                if (publishes)
                {
                    throw new NotAvailableException("publishing ports needs bridge networks, which come later; use --network host");
                }
                return new(false, mode is "none" ? null : BridgeWarning);
            default:
                throw mode.StartsWith("container:", StringComparison.Ordinal)
                    ? new NotAvailableException("sharing another container's network comes later; use --network none or host")
                    : new NotFoundException($"network {mode} not found");
        }
    }
}
