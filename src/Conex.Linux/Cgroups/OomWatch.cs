using System.Globalization;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups;

/// <summary>Tells when a cgroup runs out of memory: an eventfd on memory.oom_control (cgroup-v1/memory.rst, "OOM Control"), or changes of
/// memory.events (cgroup-v2.rst, "Memory Interface Files").</summary>
public sealed class OomWatch : IDisposable
{
    private readonly Cgroup cgroup;
    private readonly FileHandle file;
    private readonly DirectoryWatch? directory;
    private ulong kills;

    private OomWatch(Cgroup cgroup, FileHandle handle, FileHandle file, ulong kills = 0)
    {
        this.cgroup = cgroup;
        this.file = file;
        Handle = handle;
        directory = handle as DirectoryWatch;
        this.kills = kills;
    }

    /// <summary>Readable (poll) when there may be something to <see cref="Take"/>.</summary>
    public FileHandle Handle { get; }

    /// <summary>Begins to watch.</summary>
    /// <returns>Null where the cgroup has no memory controller.</returns>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public static OomWatch? TryOpen(Cgroup cgroup)
    {
        if (cgroup.NodeOf("memory") is not { } node)
        {
            return null;
        }
        FileHandle? file = node.TryOpen(node.IsUnified ? "memory.events" : "memory.oom_control", OpenMode.Read, out _);
        return file is null ? null
            : node.IsUnified ? OpenUnified(cgroup, node, file)
            : OpenLegacy(cgroup, node, file);
    }

    /// <summary>Whether memory ran out since the last call.</summary>
    public bool Take()
    {
        if (directory is null)
        {
            // The kernel also counts the removal of the cgroup.
            Span<byte> count = stackalloc byte[8];
            return FileIo.TryRead(Handle, count, out _) > 0 && cgroup.TryRead("memory", "memory.oom_control") is not null;
        }
        Span<int> changes = stackalloc int[64];
        if (Polling.Poll.Readable([directory], 0) == 0)
        {
            directory.Read(changes);
        }
        ulong before = kills;
        kills = Math.Max(kills, cgroup.OomKills);
        return kills > before;
    }

    public void Dispose()
    {
        Handle.Dispose();
        file.Dispose();
    }

    private static OomWatch OpenLegacy(Cgroup cgroup, CgroupNode node, FileHandle file)
    {
        long fd = Libc.syscall(Libc.SYS_eventfd2, 0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK, 0, 0, 0, 0);
        var notified = new FileHandle((int)KernelCall.Check(fd, "make an eventfd"));
        string line = string.Create(CultureInfo.InvariantCulture, $"{notified.Descriptor} {file.Descriptor}");
        Errno error = node.TryWrite("cgroup.event_control", Encoding.ASCII.GetBytes(line));
        return error == Errno.None
            ? new OomWatch(cgroup, notified, file)
            : throw new KernelException("watch for lack of memory in cgroup", node.FullPath, error);
    }

    /// <summary>The kernel tells a directory's watchers of a changed file only while the file is open (kernfs_notify_workfn).</summary>
    private static OomWatch OpenUnified(Cgroup cgroup, CgroupNode node, FileHandle file)
    {
        // Counted first: what comes once it is watched is new.
        ulong kills = cgroup.OomKills;
        var watch = new DirectoryWatch();
        watch.Add(node.FullPath);
        return new OomWatch(cgroup, watch, file, kills);
    }
}
