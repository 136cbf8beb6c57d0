using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Networks;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Specs;

/// <summary>Which namespaces a container has of its own.</summary>
internal static class NamespaceModes
{
    private static readonly LinuxNamespace Mount = new() { Type = "mount" };
    private static readonly LinuxNamespace Cgroup = new() { Type = "cgroup" };
    private static readonly LinuxNamespace Pid = new() { Type = "pid" };
    private static readonly LinuxNamespace Ipc = new() { Type = "ipc" };
    private static readonly LinuxNamespace Uts = new() { Type = "uts" };
    private static readonly LinuxNamespace Network = new() { Type = "network" };

    /// <exception cref="InvalidRequestException">A mode that does not exist.</exception>
    /// <exception cref="NotAvailableException">A mode that this engine does not do.</exception>
    internal static IReadOnlyList<LinuxNamespace> From(HostConfiguration host, NetworkChoice network)
    {
        Check("cgroup namespace", host.CgroupNamespaceMode, ["", "private"]);
        Check("IPC", host.IpcMode, ["", "private", "shareable", "none", "host"]);
        Check("PID", host.PidMode, ["", "host"]);
        Check("UTS", host.UtsMode, ["", "host"]);
        Check("user namespace", host.UserNamespaceMode, ["", "host"]);
        List<LinuxNamespace> namespaces = [Mount, Cgroup];
        if (host.PidMode is not "host")
        {
            namespaces.Add(Pid);
        }
        if (host.IpcMode is not "host")
        {
            namespaces.Add(Ipc);
        }
        if (host.UtsMode is not "host")
        {
            namespaces.Add(Uts);
        }
        if (!network.IsHost)
        {
            namespaces.Add(Network);
        }
        return namespaces;
    }

    private static void Check(string what, string mode, ReadOnlySpan<string> possible)
    {
        if (possible.Contains(mode))
        {
            return;
        }
        if (mode is "host" || mode.StartsWith("container:", StringComparison.Ordinal))
        {
            throw new NotAvailableException($"{what} mode {mode} comes later; every container has its own");
        }
        throw new InvalidRequestException($"invalid {what} mode: {mode}");
    }
}
