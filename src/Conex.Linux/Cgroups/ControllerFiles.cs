using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Linux.Cgroups;

/// <summary>Reads and writes the files that controllers have in a cgroup.</summary>
public static class ControllerFiles
{
    /// <summary>Writes a value to a controller's file.</summary>
    /// <param name="controller">As the kernel names it; <c>cgroup</c> for the core files of version 2.</param>
    /// <exception cref="CgroupException">The host lacks the controller.</exception>
    /// <exception cref="KernelException">The file does not exist or the value is refused.</exception>
    public static void Write(this Cgroup cgroup, string controller, string file, string value)
    {
        CgroupNode node = cgroup.NodeOf(controller) ?? throw Missing(cgroup, controller, file);
        Errno error = cgroup.TryWrite(controller, file, value);
        if (error != Errno.None)
        {
            throw new KernelException($"write {value} to", $"{node.FullPath}/{file}", error);
        }
    }

    /// <summary>Writes a value to a controller's file, and answers why not.</summary>
    /// <returns>ENODEV when the host lacks the controller; ENOENT when this cgroup lacks the file.</returns>
    public static Errno TryWrite(this Cgroup cgroup, string controller, string file, string value)
    {
        if (cgroup.NodeOf(controller) is not { } node)
        {
            return Errno.ENODEV;
        }
        Span<byte> small = stackalloc byte[256];
        ReadOnlySpan<byte> bytes = Encoding.UTF8.TryGetBytes(value, small, out int length)
            ? small[..length]
            : Encoding.UTF8.GetBytes(value);
        Errno error = node.TryWrite(file, bytes);
        if (error == Errno.ENOENT && node.IsUnified && cgroup.Host.Mode == CgroupMode.Hybrid)
        {
            // A hybrid host's version 2 tree has few controllers and most containers need none: they are enabled for whoever does.
            UnifiedControllers.Enable(cgroup.Host, node);
            error = node.TryWrite(file, bytes);
        }
        return error;
    }

    /// <summary>The text of a controller's file without its last newline.</summary>
    /// <exception cref="CgroupException">The host lacks the controller.</exception>
    /// <exception cref="KernelException">The file does not exist.</exception>
    public static string Read(this Cgroup cgroup, string controller, string file) =>
        cgroup.TryRead(controller, file)
        ?? throw (
            cgroup.NodeOf(controller) is { } node
                ? new KernelException("read", $"{node.FullPath}/{file}", Errno.ENOENT)
                : Missing(cgroup, controller, file)
        );

    /// <summary>The text of a controller's file without its last newline; null when host or cgroup lack it.</summary>
    public static string? TryRead(this Cgroup cgroup, string controller, string file)
    {
        using FileHandle? opened = cgroup.NodeOf(controller)?.TryOpen(file, OpenMode.Read, out _);
        return opened is null ? null : Encoding.UTF8.GetString(FileIo.ReadToEnd(opened, file, 1 << 20)).TrimEnd('\n');
    }

    private static CgroupException Missing(Cgroup cgroup, string controller, string file) =>
        new($"cgroup {cgroup.Path}: this host has no {controller} controller, so {file} cannot be used");
}
