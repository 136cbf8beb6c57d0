using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Linux.Cgroups.Devices;

/// <summary>Limits which devices a cgroup's processes may open and make nodes for: by the files of version 1, or by a BPF program in the
/// version 2 tree.</summary>
public static class DeviceController
{
    /// <summary>Puts rules in force instead of those before. Devices that both allow stay open all the time.</summary>
    /// <exception cref="CgroupException">The host has no way to limit devices, or cgroup v1 cannot express the rules.</exception>
    /// <exception cref="KernelException">The kernel refused: EPERM without CAP_BPF or CAP_SYS_ADMIN, or where a cgroup above allows less.
    /// </exception>
    public static void Apply(Cgroup cgroup, IReadOnlyList<DeviceRule> rules)
    {
        if (cgroup.NodeOf("devices") is { } node)
        {
            // What a new cgroup has from its parent is taken away as a whole.
            string? current = node.IsNew ? null : cgroup.TryRead("devices", "devices.list");
            Write(node, DeviceExceptions.Of(rules).ChangesFrom(DeviceExceptions.Parse(current ?? "a")));
        }
        else if (cgroup.UnifiedNode is { Directory: { } unified } tree)
        {
            BpfDevices.Attach(unified, DeviceProgram.Compile(rules), tree.FullPath);
        }
        else
        {
            throw new CgroupException(
                $"limit the devices of cgroup {cgroup.Path}: this host has neither a devices controller nor cgroup v2"
            );
        }
    }

    private static void Write(CgroupNode node, List<(bool Allow, string Line)> lines)
    {
        FileHandle? allow = null;
        FileHandle? deny = null;
        Span<byte> buffer = stackalloc byte[64];
        try
        {
            foreach ((bool allowed, string line) in lines)
            {
                FileHandle file = allowed ? allow ??= Open(node, "devices.allow") : deny ??= Open(node, "devices.deny");
                int length = Encoding.UTF8.GetBytes(line, buffer);
                if (FileIo.TryWrite(file, buffer[..length], out Errno error) < 0)
                {
                    throw new KernelException($"{(allowed ? "allow" : "deny")} devices {line} in cgroup", node.FullPath, error);
                }
            }
        }
        finally
        {
            allow?.Dispose();
            deny?.Dispose();
        }
    }

    private static FileHandle Open(CgroupNode node, string file) =>
        node.TryOpen(file, OpenMode.Write, out Errno error) ?? throw new KernelException("open", $"{node.FullPath}/{file}", error);
}
