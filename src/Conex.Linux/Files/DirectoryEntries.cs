using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>What is in a directory, by descriptor; names are bytes.</summary>
public static unsafe class DirectoryEntries
{
    private const byte DT_DIR = 4;
    private const int BufferSize = 32768;

    /// <summary>All entries but "." and "..".</summary>
    /// <param name="directory">A directory opened for reading (not O_PATH), at its start.</param>
    /// <exception cref="KernelException">getdents64(2) refused.</exception>
    public static IReadOnlyList<DirectoryEntry> Read(FileHandle directory) => [.. ReadInTurn(directory)];

    /// <summary>All entries but "." and "..", of which a few hundred at a time are in memory. What was read may be removed meanwhile.</summary>
    /// <inheritdoc cref="Read"/>
    public static IEnumerable<DirectoryEntry> ReadInTurn(FileHandle directory)
    {
        while (ReadNext(directory) is { } next)
        {
            foreach (DirectoryEntry entry in next)
            {
                yield return entry;
            }
        }
    }

    private static List<DirectoryEntry>? ReadNext(FileHandle directory)
    {
        byte* buffer = stackalloc byte[BufferSize];
        long length = KernelCall.Check(
            Libc.syscall(Libc.SYS_getdents64, directory.Descriptor, (long)buffer, BufferSize, 0, 0, 0),
            "read directory"
        );
        if (length == 0)
        {
            return null;
        }
        var entries = new List<DirectoryEntry>();
        for (byte* p = buffer; p < buffer + length; p += *(ushort*)(p + 16))
        {
            // struct linux_dirent64: d_ino, d_off, d_reclen (u16), d_type (u8), d_name.
            var name = new ReadOnlySpan<byte>(p + 19, *(ushort*)(p + 16) - 19);
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                entries.Add(new DirectoryEntry(name.ToArray(), p[18] == DT_DIR));
            }
        }
        return entries;
    }
}

/// <summary>A name in a directory.</summary>
/// <param name="Name">One component, in the bytes of the disk.</param>
/// <param name="IsDirectory">True for a directory; a file system that does not tell types says false.</param>
public readonly record struct DirectoryEntry(byte[] Name, bool IsDirectory)
{
    /// <summary>The name as text, for messages and for names that are known to be text.</summary>
    public string Text => Encoding.UTF8.GetString(Name);
}
