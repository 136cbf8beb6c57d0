using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups;

/// <summary>Walks a cgroup and what its processes made below it.</summary>
internal static unsafe class CgroupTree
{
    /// <summary>The names of the cgroups directly below a directory.</summary>
    internal static List<string> Children(DirectoryHandle directory)
    {
        var names = new List<string>();
        // A cgroup directory has two links of its own and one for each child (kernfs), so most need no listing.
        if (PathAt.Status(directory, "") is not { Links: > 2 })
        {
            return names;
        }
        using FileHandle? listing = PathAt.TryOpen(directory, ".", OpenMode.Directory, out _);
        if (listing is null)
        {
            return names;
        }
        Span<byte> buffer = stackalloc byte[4096];
        fixed (byte* p = buffer)
        {
            int length;
            while ((length = (int)Libc.syscall(Libc.SYS_getdents64, listing.Descriptor, (long)p, buffer.Length, 0, 0, 0)) > 0)
            {
                AddDirectories(buffer[..length], names);
            }
        }
        return names;
    }

    /// <summary>Adds the numbers of all processes in a cgroup and below it.</summary>
    internal static void AddProcesses(DirectoryHandle directory, HashSet<int> found)
    {
        using (FileHandle? file = PathAt.TryOpen(directory, "cgroup.procs", OpenMode.Read, out _))
        {
            if (file is not null)
            {
                AddNumbers(file, found);
            }
        }
        foreach (string name in Children(directory))
        {
            using DirectoryHandle? child = CgroupNode.TryOpen(directory, name);
            if (child is not null)
            {
                AddProcesses(child, found);
            }
        }
    }

    /// <summary>Removes everything below a directory from the leaves up, as far as the kernel lets it.</summary>
    internal static void TryRemoveChildren(DirectoryHandle directory)
    {
        foreach (string name in Children(directory))
        {
            if (Libc.unlinkat(directory.Descriptor, name, Libc.AT_REMOVEDIR) == 0)
            {
                continue;
            }
            using DirectoryHandle? child = CgroupNode.TryOpen(directory, name);
            if (child is not null)
            {
                TryRemoveChildren(child);
                _ = Libc.unlinkat(directory.Descriptor, name, Libc.AT_REMOVEDIR);
            }
        }
    }

    private static void AddDirectories(ReadOnlySpan<byte> entries, List<string> names)
    {
        // struct linux_dirent64: inode, offset, length of the entry, type, name (getdents64(2)).
        while (entries.Length > 0)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(entries[16..]);
            ReadOnlySpan<byte> name = entries[19..length];
            name = name[..name.IndexOf((byte)0)];
            if (entries[18] == Libc.DT_DIR && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add(Encoding.UTF8.GetString(name));
            }
            entries = entries[length..];
        }
    }

    /// <summary>A threaded cgroup answers EOPNOTSUPP; its processes stand in the cgroup above it.</summary>
    private static void AddNumbers(FileHandle file, HashSet<int> found)
    {
        Span<byte> buffer = stackalloc byte[4096];
        int kept = 0;
        int length;
        while ((length = FileIo.TryRead(file, buffer[kept..], out _)) > 0)
        {
            ReadOnlySpan<byte> text = buffer[..(kept + length)];
            int end;
            while ((end = text.IndexOf((byte)'\n')) >= 0)
            {
                // 0 is a process outside this process's pid namespace: it has no number here.
                if (Utf8Parser.TryParse(text[..end], out int pid, out _) && pid > 0)
                {
                    found.Add(pid);
                }
                text = text[(end + 1)..];
            }
            kept = text.Length;
            text.CopyTo(buffer);
        }
    }
}
