using System.Buffers.Binary;
using Conex.Linux.Files;

namespace Conex.Linux.Processes;

/// <summary>Tells two builds of a program apart by the build ID that the linker computed of their content (ELF note NT_GNU_BUILD_ID, ld(1)): copies
/// of one build are the same.</summary>
public static class ProgramIdentity
{
    /// <summary>How every identity starts; text that starts otherwise is none.</summary>
    public const string Prefix = "exe-";

    // Linkers put the program headers and the notes first.
    private const int HeadLength = 4096;
    private const int NoteSegment = 4; // PT_NOTE
    private const int BuildIdNote = 3; // NT_GNU_BUILD_ID

    /// <summary>The program that this process runs, also after a newer one took its place.</summary>
    public static string? OfThisProcess => Of("/proc/self/exe");

    /// <summary>The identity of the program at <paramref name="path"/>; null when there is none, or it is no program with a build ID.</summary>
    public static string? Of(string path)
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, path, OpenMode.Read, out _);
        if (file is null)
        {
            return null;
        }

        Span<byte> head = stackalloc byte[HeadLength];
        int length = FileIo.TryRead(file, head, out _);
        return length > 0 && BuildId(head[..length]) is { IsEmpty: false } id ? Prefix + Convert.ToHexStringLower(id) : null;
    }

    /// <summary>Finds the build ID in the first bytes of a 64-bit little-endian program (elf(5)); empty when they hold none.</summary>
    private static ReadOnlySpan<byte> BuildId(ReadOnlySpan<byte> head)
    {
        const int fileHeader = 64;
        const int programHeader = 56;
        if (head.Length < fileHeader || !head.StartsWith("\u007fELF\u0002\u0001"u8))
        {
            return default;
        }

        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(head[32..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(head[56..]);
        for (int i = 0; i < count && table + (ulong)((i + 1) * programHeader) <= (ulong)head.Length; i++)
        {
            ReadOnlySpan<byte> entry = head.Slice((int)table + (i * programHeader), programHeader);
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]);
            if (
                BinaryPrimitives.ReadInt32LittleEndian(entry) == NoteSegment
                && size <= (ulong)head.Length
                && offset <= (ulong)head.Length - size
                && FindNote(head.Slice((int)offset, (int)size)) is { IsEmpty: false } id
            )
            {
                return id;
            }
        }

        return default;
    }

    private static ReadOnlySpan<byte> FindNote(ReadOnlySpan<byte> notes)
    {
        const int noteHeader = 12;
        while (notes.Length >= noteHeader)
        {
            long name = BinaryPrimitives.ReadUInt32LittleEndian(notes);
            long value = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]);
            long start = noteHeader + Padded(name);
            if (start + value > notes.Length)
            {
                return default;
            }

            if (type == BuildIdNote && notes[noteHeader..].StartsWith("GNU\0"u8))
            {
                return notes.Slice((int)start, (int)value);
            }

            notes = notes[(int)Math.Min(start + Padded(value), notes.Length)..];
        }

        return default;
    }

    private static long Padded(long length) => (length + 3) & ~3L;
}
