using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Ports for servers that must be told one.</summary>
internal static class LoopbackPorts
{
    private const int First = 10_000;

    /// <summary>From here on the kernel chooses for those that ask for any (ip(7)): below it nobody takes a port by chance.</summary>
    private static readonly int End = Math.Max(
        int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t')[0], CultureInfo.InvariantCulture),
        2 * First
    );

    private static int last = Random.Shared.Next(First, End);

    /// <summary>One that nobody listens at, and that no other test of this program gets.</summary>
    internal static int Next()
    {
        while (true)
        {
            int port = First + (Interlocked.Increment(ref last) % (End - First));
            using var free = new TcpListener(IPAddress.Loopback, port);
            try
            {
                free.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }
    }
}
