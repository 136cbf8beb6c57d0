using System.Net;
using System.Text;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Networks;

/// <summary>The texts of a container's /etc/hosts, /etc/hostname and /etc/resolv.conf.</summary>
internal static class NetworkFiles
{
    private const string StandardHosts = """
        127.0.0.1	localhost
        ::1	localhost ip6-localhost ip6-loopback
        fe00::	ip6-localnet
        ff00::	ip6-mcastprefix
        ff02::1	ip6-allnodes
        ff02::2	ip6-allrouters

        """;

    /// <param name="hostNetwork">The host's file is the beginning then.</param>
    /// <exception cref="InvalidRequestException">An extra host is not <c>name:address</c>.</exception>
    internal static string Hosts(ContainerConfiguration configuration, string hostname, bool hostNetwork)
    {
        var text = new StringBuilder(hostNetwork ? OfHost("/etc/hosts") ?? StandardHosts : StandardHosts);
        if (text.Length > 0 && text[^1] != '\n')
        {
            text.Append('\n');
        }
        if (!hostNetwork)
        {
            string full = configuration.Domainname.Length > 0 ? $"{hostname}.{configuration.Domainname} {hostname}" : hostname;
            text.Append("127.0.1.1\t").Append(full).Append('\n');
        }
        foreach (string extra in configuration.Host.ExtraHosts ?? [])
        {
            (string name, string address) = ExtraHost(extra);
            text.Append(address).Append('\t').Append(name).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The host's file, without name servers on the host's loopback where that is another one, unless servers are given.</summary>
    internal static string ResolvConf(HostConfiguration host, bool hostNetwork)
    {
        var text = new StringBuilder();
        foreach (string line in (OfHost("/etc/resolv.conf") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            bool replaced =
                words is ["nameserver", ..] && host.Dns is { Count: > 0 }
                || words is ["search" or "domain", ..] && host.DnsSearch is { Count: > 0 }
                || words is ["options", ..] && host.DnsOptions is { Count: > 0 };
            bool unreachable =
                !hostNetwork
                && words is ["nameserver", var server, ..]
                && IPAddress.TryParse(server, out IPAddress? address)
                && IPAddress.IsLoopback(address);
            if (!replaced && !unreachable)
            {
                text.Append(line).Append('\n');
            }
        }
        foreach (string server in host.Dns ?? [])
        {
            text.Append("nameserver ").Append(server).Append('\n');
        }
        // "--dns-search ." is docker's way to say: none.
        if (host.DnsSearch is { Count: > 0 } and not ["."])
        {
            text.Append("search ").AppendJoin(' ', host.DnsSearch).Append('\n');
        }
        if (host.DnsOptions is { Count: > 0 })
        {
            text.Append("options ").AppendJoin(' ', host.DnsOptions).Append('\n');
        }
        return text.ToString();
    }

    /// <exception cref="InvalidRequestException">Something is no address.</exception>
    internal static void Check(HostConfiguration host)
    {
        foreach (string extra in host.ExtraHosts ?? [])
        {
            _ = ExtraHost(extra);
        }
        foreach (string server in host.Dns ?? [])
        {
            if (!IPAddress.TryParse(server, out _))
            {
                throw new InvalidRequestException($"invalid IP address: {server}");
            }
        }
    }

    private static (string Name, string Address) ExtraHost(string text)
    {
        int separator = text.AsSpan().IndexOfAny('=', ':');
        string name = separator < 0 ? "" : text[..separator];
        string address = separator < 0 ? "" : text[(separator + 1)..].Trim('[', ']');
        if (address is "host-gateway")
        {
            throw new NotAvailableException($"host-gateway needs bridge networks, which come later; give {name} an address");
        }
        return name.Length > 0 && IPAddress.TryParse(address, out _)
            ? (name, address)
            : throw new InvalidRequestException($"bad format for add-host: \"{text}\"");
    }

    private static string? OfHost(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(FileIo.ReadAll(path, 1 << 20));
        }
        catch (KernelException e) when (e.Error is Errno.ENOENT or Errno.EACCES)
        {
            return null;
        }
    }
}
