using System.Net;

namespace Conex.Images.Registries;

/// <summary>Which hosts are local or were named insecure.</summary>
internal static class HostRules
{
    /// <summary>Whether a host is this machine by its very name: nobody listens in between.</summary>
    internal static bool IsLoopback(string host)
    {
        string name = host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Whether a registry need not prove who it is.</summary>
    /// <param name="authority">Host, or host:port.</param>
    internal static bool IsInsecure(string authority, RegistrySettings settings)
    {
        string host = HostOf(authority);
        return (settings.TrustsLoopback && IsLoopback(host))
            || settings.InsecureRegistries.Any(rule =>
                rule.Equals(authority, StringComparison.OrdinalIgnoreCase)
                || rule.Equals(host, StringComparison.OrdinalIgnoreCase)
                || (
                    IPNetwork.TryParse(rule, out IPNetwork network)
                    && IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address)
                    && network.Contains(address)
                )
            );
    }

    /// <summary>The host of <c>host:port</c> and <c>[::1]:port</c>.</summary>
    internal static string HostOf(string authority)
    {
        int colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
    }
}
