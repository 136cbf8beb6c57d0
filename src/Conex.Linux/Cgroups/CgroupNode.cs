using System.Globalization;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups;

/// <summary>A cgroup's directory in one hierarchy.</summary>
internal sealed class CgroupNode(CgroupHierarchy hierarchy, string fullPath) : IDisposable
{
    private DirectoryHandle? directory;

    internal CgroupHierarchy Hierarchy { get; } = hierarchy;

    /// <summary>The path in the file system.</summary>
    internal string FullPath { get; } = fullPath;

    internal bool IsUnified => Hierarchy.Version == CgroupVersion.V2;

    /// <summary>The directory, opened by O_PATH when first asked for; null while it does not exist.</summary>
    /// <exception cref="KernelException">It exists and cannot be opened.</exception>
    internal DirectoryHandle? Directory => directory ??= TryOpen(PathAt.Current, FullPath);

    internal static DirectoryHandle? TryOpen(FileHandle parent, string path)
    {
        int fd = Libc.openat(parent.Descriptor, path, (int)(OpenMode.Path | OpenMode.Directory) | Libc.O_CLOEXEC, 0);
        if (fd >= 0)
        {
            return new DirectoryHandle(fd);
        }
        Errno error = KernelCall.LastError;
        return error == Errno.ENOENT ? null : throw new KernelException("open cgroup", path, error);
    }

    /// <summary>Whether this object made the directory or took it over, so that it must be there.</summary>
    internal bool IsRequired { get; set; }

    /// <summary>Whether this object made the directory, and nobody else can have changed what is in it.</summary>
    internal bool IsNew { get; set; }

    /// <summary>One write(2) of a whole value; a cgroup file takes nothing in pieces.</summary>
    /// <returns>ENOENT when the file or the cgroup does not exist.</returns>
    internal Errno TryWrite(string file, ReadOnlySpan<byte> value)
    {
        using FileHandle? opened = TryOpen(file, OpenMode.Write, out Errno error);
        if (opened is not null)
        {
            FileIo.TryWrite(opened, value, out error);
        }
        return error;
    }

    internal Errno TryWrite(string file, int number)
    {
        Span<byte> text = stackalloc byte[12];
        number.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        return TryWrite(file, text[..length]);
    }

    /// <summary>The beginning of a file, as much as the buffer takes.</summary>
    /// <returns>The part of <paramref name="buffer"/> that was filled, without the last newline; empty when the file does not exist.</returns>
    internal ReadOnlySpan<byte> TryRead(string file, Span<byte> buffer)
    {
        using FileHandle? opened = TryOpen(file, OpenMode.Read, out _);
        int length = opened is null ? 0 : FileIo.TryRead(opened, buffer, out _);
        return length <= 0 ? [] : buffer[..length].TrimEnd((byte)'\n');
    }

    /// <summary>Opens a file of the cgroup. Most directories see one or two files opened, so opening the directory first does not pay.</summary>
    internal FileHandle? TryOpen(string file, OpenMode mode, out Errno error) =>
        directory is null
            ? PathAt.TryOpen(PathAt.Current, $"{FullPath}/{file}", mode, out error)
            : PathAt.TryOpen(directory, file, mode, out error);

    /// <summary>Adds the processes here and below; none when the cgroup does not exist.</summary>
    internal void AddProcesses(HashSet<int> found)
    {
        if (Directory is { } open)
        {
            CgroupTree.AddProcesses(open, found);
        }
    }

    public void Dispose() => directory?.Dispose();
}
