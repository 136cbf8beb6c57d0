using System.Globalization;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Requests;

/// <summary>The values of <c>-p</c> (<c>[IP:][HOST:]CONTAINER[/PROTOCOL]</c>, with ranges) and <c>--expose</c>.</summary>
internal static class PublishedPorts
{
    /// <exception cref="FormatException">A value is wrong.</exception>
    internal static Dictionary<string, PortBinding[]?> Parse(IReadOnlyList<string> options)
    {
        var bindings = new Dictionary<string, PortBinding[]?>(StringComparer.Ordinal);
        foreach (var option in options)
        {
            var (ports, protocol) = WithProtocol(option);
            var last = ports.LastIndexOf(':');
            var (from, to) = Range(ports[(last + 1)..], "containerPort");
            var host = last < 0 ? "" : ports[..last];
            var beforeHost = host.LastIndexOf(':');
            // [::1]:80:80 has colons in its address; 1.2.3.4::80 lets the engine choose the port.
            var ip = beforeHost < 0 ? "" : host[..beforeHost].TrimStart('[').TrimEnd(']');
            var hostPorts = host[(beforeHost + 1)..];
            var (hostFrom, hostTo) = hostPorts.Length == 0 ? (0, 0) : Range(hostPorts, "hostPort");
            if (hostPorts.Length > 0 && hostTo - hostFrom != to - from && from != to)
                throw new FormatException($"invalid ranges specified for container and host Ports: {ports[(last + 1)..]} and {hostPorts}");
            for (var port = from; port <= to; port++)
            {
                var hostPort =
                    hostPorts.Length == 0 ? ""
                    : from == to ? hostPorts
                    : Number(hostFrom + port - from);
                Add(bindings, $"{Number(port)}/{protocol}", new PortBinding { HostIp = ip, HostPort = hostPort });
            }
        }
        return bindings;
    }

    /// <summary>The ports that <c>--expose</c> names and those that are published.</summary>
    /// <exception cref="FormatException">A value is wrong.</exception>
    internal static Dictionary<string, EmptyObject> Exposed(IReadOnlyList<string> options, Dictionary<string, PortBinding[]?> published)
    {
        var exposed = new Dictionary<string, EmptyObject>(StringComparer.Ordinal);
        foreach (var port in published.Keys)
            exposed[port] = new();
        foreach (var option in options)
        {
            var (ports, protocol) = WithProtocol(option);
            var (from, to) = Range(ports, "port");
            for (var port = from; port <= to; port++)
                exposed[$"{Number(port)}/{protocol}"] = new();
        }
        return exposed;
    }

    private static (string Ports, string Protocol) WithProtocol(string option)
    {
        var (ports, protocol) = Pairs.Split(option, '/');
        protocol = (protocol ?? "tcp").ToLowerInvariant();
        return protocol is "tcp" or "udp" or "sctp" ? (ports, protocol) : throw new FormatException($"invalid proto: {protocol}");
    }

    private static (int From, int To) Range(string text, string what)
    {
        var (first, last) = Pairs.Split(text, '-');
        return TryPort(first, out var from) && TryPort(last ?? first, out var to) && from <= to
            ? (from, to)
            : throw new FormatException($"invalid {what}: {text}");
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;

    private static void Add(Dictionary<string, PortBinding[]?> bindings, string port, PortBinding binding) =>
        bindings[port] = bindings.TryGetValue(port, out var before) && before is not null ? [.. before, binding] : [binding];

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}
