using System.Globalization;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Hosts;

/// <summary>What the host says of itself.</summary>
internal static class HostFacts
{
    /// <summary>Differs after every boot.</summary>
    internal static string BootId { get; } = Text("/proc/sys/kernel/random/boot_id");

    internal static string KernelVersion => Text("/proc/sys/kernel/osrelease");

    internal static string Architecture =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "x86_64",
            System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
            var other => other.ToString().ToLowerInvariant(),
        };

    /// <summary>cgroup v2 alone has its controllers at the top of the mount.</summary>
    internal static string CgroupVersion => PathAt.Status("/sys/fs/cgroup/cgroup.controllers") is null ? "1" : "2";

    /// <summary>Bytes.</summary>
    internal static long Memory
    {
        get
        {
            // "MemTotal:       16384000 kB" is the first line (proc(5)).
            string[] words = Text("/proc/meminfo").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            return words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes)
                ? kilobytes << 10
                : 0;
        }
    }

    /// <summary>A value of os-release(5); empty when there is none.</summary>
    internal static string OsRelease(string key)
    {
        foreach (string path in (string[])["/etc/os-release", "/usr/lib/os-release"])
        {
            foreach (string line in Text(path).Split('\n'))
            {
                if (line.StartsWith($"{key}=", StringComparison.Ordinal))
                {
                    return line[(key.Length + 1)..].Trim('"', '\'');
                }
            }
        }
        return "";
    }

    private static string Text(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(FileIo.ReadAll(path, 1 << 20)).TrimEnd('\n');
        }
        catch (KernelException e) when (e.Error is Errno.ENOENT or Errno.EACCES)
        {
            return "";
        }
    }
}
