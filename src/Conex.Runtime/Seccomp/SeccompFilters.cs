using System.Buffers.Binary;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Seccomp;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Seccomp;

/// <summary>The filter of a configuration: compiled, or taken from a directory of filters that were compiled before. Nearly all containers of a host
/// have the same profile, and to read and compile it takes longer than the rest of the configuration.</summary>
/// <remarks>
/// A file holds the whole text of the profile that its filter was made of, which is compared: the name is a hash that anybody could make collide. It
/// belongs to one build of the compiler. Nobody but the runtime's user writes to the directory.
/// </remarks>
internal static class SeccompFilters
{
    /// <summary>Nobody has so many profiles; more come from somebody who makes a new one for each container.</summary>
    private const int MostFiles = 64;
    private const uint OwnerOnly = 0x1C0; // 0700
    private const int HeaderLength = 16;
    private const int InstructionSize = 8;

    /// <summary>A filter of more instructions is compiled each time; the default profile has a tenth.</summary>
    private const int MostInstructions = 1024;

    /// <param name="linux">Has a profile.</param>
    /// <param name="directory">Where compiled filters are kept; null: nowhere.</param>
    /// <exception cref="FormatException">The profile makes no sense.</exception>
    internal static SeccompFilter Get(LinuxConfig linux, string? directory)
    {
        ReadOnlySpan<byte> text = linux.SeccompText.Span;
        if (directory is null || text.IsEmpty || SeccompNotification.MayBeUsed(linux))
        {
            return Compile(linux);
        }
        string path = $"{directory}/{Hash(text):x16}";
        if (TryRead(path, text) is { } known)
        {
            return known;
        }
        SeccompFilter filter = Compile(linux);
        TryKeep(directory, path, text, filter);
        return filter;
    }

    private static SeccompFilter Compile(LinuxConfig linux) => SeccompCompiler.Compile(SeccompTranslation.ToPolicy(linux.Seccomp!));

    private static SeccompFilter? TryRead(string path, ReadOnlySpan<byte> text)
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, path, OpenMode.Read, out _);
        if (file is null)
        {
            return null;
        }
        ReadOnlySpan<byte> build = Build;
        byte[] content = new byte[HeaderLength + build.Length + text.Length + (MostInstructions * InstructionSize)];
        int length = FileIo.TryRead(file, content, out _);
        // u32 length of the build's name, u32 flags, u32 length of the filter, u32 length of the text; then these.
        int filterLength = length - HeaderLength - build.Length - text.Length;
        ReadOnlySpan<byte> rest = content.AsSpan(HeaderLength);
        return
            filterLength > 0
            && filterLength % InstructionSize == 0
            && Number(content, 0) == (uint)build.Length
            && Number(content, 2) == (uint)filterLength
            && Number(content, 3) == (uint)text.Length
            && rest[..build.Length].SequenceEqual(build)
            && rest.Slice(build.Length + filterLength, text.Length).SequenceEqual(text)
            ? SeccompFilter.FromImage(rest.Slice(build.Length, filterLength).ToArray(), (SeccompFilterFlags)Number(content, 1))
            : null;
    }

    private static void TryKeep(string directory, string path, ReadOnlySpan<byte> text, SeccompFilter filter)
    {
        ReadOnlySpan<byte> build = Build;
        ReadOnlySpan<byte> image = filter.Image;
        byte[] content = new byte[HeaderLength + build.Length + image.Length + text.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(content, (uint)build.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(4), (uint)filter.Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(8), (uint)image.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(12), (uint)text.Length);
        build.CopyTo(content.AsSpan(HeaderLength));
        image.CopyTo(content.AsSpan(HeaderLength + build.Length));
        text.CopyTo(content.AsSpan(HeaderLength + build.Length + image.Length));
        try
        {
            if (!PathAt.TryMakeDirectory(PathAt.Current, directory, OwnerOnly))
            {
                MakeRoom(directory);
            }
            AtomicFile.Write(path, content);
        }
        catch (Exception e) when (e is KernelException or IOException or UnauthorizedAccessException)
        {
            // The next container compiles it again.
        }
    }

    private static void MakeRoom(string directory)
    {
        string[] files = Directory.GetFiles(directory);
        if (files.Length >= MostFiles)
        {
            foreach (string file in files)
            {
                PathAt.Unlink(PathAt.Current, file);
            }
        }
    }

    /// <summary>What else decides how a filter comes out: the compiler.</summary>
    private static ReadOnlySpan<byte> Build => System.Text.Encoding.ASCII.GetBytes(ThisBuild.Id);

    private static uint Number(ReadOnlySpan<byte> content, int index) => BinaryPrimitives.ReadUInt32LittleEndian(content[(index * 4)..]);

    private static ulong Hash(ReadOnlySpan<byte> text)
    {
        const ulong factor = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)text.Length * factor;
        for (; text.Length >= 8; text = text[8..])
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text)) * factor;
            hash ^= hash >> 29;
        }
        foreach (byte b in text)
        {
            hash = (hash ^ b) * factor;
        }
        return hash ^ (hash >> 32);
    }
}
