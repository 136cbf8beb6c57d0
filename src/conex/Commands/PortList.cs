using System.Globalization;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary>The ports of a container in one line: <c>0.0.0.0:8080->80/tcp, 443/tcp</c>.</summary>
internal static class PortList
{
    internal static string Text(PortSummary[] ports)
    {
        var sorted = (PortSummary[])ports.Clone();
        Array.Sort(
            sorted,
            static (a, b) => a.PrivatePort != b.PrivatePort ? a.PrivatePort - b.PrivatePort : (a.PublicPort ?? 0) - (b.PublicPort ?? 0)
        );
        return string.Join(
            ", ",
            Array.ConvertAll(
                sorted,
                static port =>
                {
                    var inside = string.Create(CultureInfo.InvariantCulture, $"{port.PrivatePort}/{port.Type}");
                    if (port.PublicPort is not { } outside)
                        return inside;
                    var ip = port.Ip ?? "";
                    var host = ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip;
                    return string.Create(CultureInfo.InvariantCulture, $"{host}:{outside}->{inside}");
                }
            )
        );
    }
}
