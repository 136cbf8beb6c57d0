using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Netlink;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Launch;

/// <summary>Moves devices of the host into a container's network namespace (runtime-spec config-linux.md, "Network Devices"). They stay
/// there: the kernel takes physical ones back when the namespace ends.</summary>
internal static class NetworkDeviceMove
{
    /// <exception cref="LaunchException">A device cannot be moved; the message names it.</exception>
    internal static void Do(IReadOnlyDictionary<string, LinuxNetDevice>? devices, int pid)
    {
        if (devices is not { Count: > 0 })
        {
            return;
        }
        string path = $"/proc/{pid}/ns/net";
        if (PathAt.Status(path)?.Inode == PathAt.Status("/proc/self/ns/net")?.Inode)
        {
            throw new LaunchException(
                "unable to start container process: linux.netDevices: the container's network namespace is the host's",
                1
            );
        }
        using FileHandle inside = PathAt.Open(path, OpenMode.Read);
        using var host = RouteSocket.Open();
        using var container = RouteSocket.OpenIn(inside);
        foreach ((string device, LinuxNetDevice wanted) in devices)
        {
            string name = NetDevices.NameOf(device, wanted);
            Errno error = Move(host, container, inside, device, name, out string step);
            if (error != Errno.None)
            {
                throw new LaunchException(
                    $"unable to start container process: move the network device {device} into the container: {step}: {Explain(step, error)}",
                    1
                );
            }
        }
    }

    private static Errno Move(RouteSocket host, RouteSocket container, FileHandle inside, string device, string name, out string step)
    {
        step = "find it";
        if (!Links.List(host).TryGetValue(device, out int index))
        {
            return Errno.ENODEV;
        }
        IReadOnlyDictionary<string, int> before = Links.List(container);
        step = $"name it {name}";
        if (before.ContainsKey(name))
        {
            return Errno.EEXIST;
        }
        IReadOnlyList<LinkAddress> addresses = LinkAddresses.ListPermanent(host, index);
        step = "change its namespace";
        Errno error = Links.Move(host, index, inside, name);
        if (error != Errno.None)
        {
            return error;
        }
        step = "find it in the container";
        if (FindNew(before, Links.List(container), name) is not { } moved)
        {
            return Errno.ENODEV;
        }
        foreach (LinkAddress address in addresses)
        {
            step = "give it its addresses back";
            error = LinkAddresses.Add(container, moved, address);
            if (error != Errno.None)
            {
                return error;
            }
        }
        step = "bring it up";
        return Links.Raise(container, moved);
    }

    private static int? FindNew(IReadOnlyDictionary<string, int> before, IReadOnlyDictionary<string, int> after, string name)
    {
        if (after.TryGetValue(name, out int index))
        {
            return index;
        }
        // The name was a template: the kernel chose one.
        foreach ((string candidate, int number) in after)
        {
            if (!before.ContainsKey(candidate))
            {
                return number;
            }
        }
        return null;
    }

    private static string Explain(string step, Errno error) =>
        (step, error) switch
        {
            ("change its namespace", Errno.EINVAL) =>
                $"{KernelException.Explain(error)} (devices of this kind, such as bridges, stay in their namespace)",
            (_, Errno.EEXIST) => $"{KernelException.Explain(error)} (the container's network has a device of that name)",
            (_, Errno.EPERM) => $"{KernelException.Explain(error)} (it needs CAP_NET_ADMIN on the host)",
            _ => KernelException.Explain(error),
        };
}
