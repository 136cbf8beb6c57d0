using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Fixtures;

/// <summary>Everything that can be seen of a tree, one line a file, in the order of names.</summary>
public static class TreeListing
{
    /// <param name="implied">Paths of directories that no entry describes: their times are anybody's.</param>
    public static IReadOnlyList<string> Of(FileHandle root, IReadOnlySet<string>? implied = null)
    {
        var lines = new List<string>();
        var names = new Dictionary<ulong, string>();
        Describe(EntryAt.Status(root, "."u8)!.Value, root, "."u8.ToArray(), ".", names, implied, lines);
        Walk(root, "", names, implied, lines);
        return lines;
    }

    private static void Walk(
        FileHandle directory,
        string path,
        Dictionary<ulong, string> names,
        IReadOnlySet<string>? implied,
        List<string> lines
    )
    {
        using FileHandle reading = EntryAt.TryOpen(directory, "."u8, OpenMode.Directory, out _)!;
        foreach (
            DirectoryEntry entry in DirectoryEntries.Read(reading).OrderBy(entry => Convert.ToHexString(entry.Name), StringComparer.Ordinal)
        )
        {
            string name = $"{path}/{Encoding.Latin1.GetString(entry.Name)}";
            FileStatus status = EntryAt.Status(directory, entry.Name)!.Value;
            Describe(status, directory, entry.Name, name, names, implied, lines);
            if (status.IsDirectory)
            {
                using FileHandle child = EntryAt.TryOpen(directory, entry.Name, OpenMode.Directory, out _)!;
                Walk(child, name, names, implied, lines);
            }
        }
    }

    private static void Describe(
        FileStatus status,
        FileHandle directory,
        byte[] entry,
        string name,
        Dictionary<ulong, string> names,
        IReadOnlySet<string>? implied,
        List<string> lines
    )
    {
        string time =
            implied?.Contains(name) == true || IsWhiteout(status) ? "any" : $"{status.ModifiedSeconds}.{status.ModifiedNanoseconds}";
        string attributes = string.Join(
            ',',
            ExtendedAttributes.ListAt(directory, entry).Order(StringComparer.Ordinal).Select(key => $"{key}={Value(directory, entry, key)}")
        );
        string content = status.Kind switch
        {
            FileKind.Regular => $"{status.Size} {Hash(directory, entry)}",
            FileKind.SymbolicLink => Link(directory, entry),
            _ => "",
        };
        // A hard link is the file that its first name is.
        string first = status.IsDirectory || names.TryAdd(status.Inode, name) ? "" : $" = {names[status.Inode]}";
        lines.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name} {Convert.ToString(status.Mode, 8)} {status.UserId}:{status.GroupId} {status.Links} {status.SpecialDevice} {time} [{attributes}] {content}{first}"
            )
        );
    }

    private static string Value(FileHandle directory, byte[] entry, string key)
    {
        try
        {
            return Convert.ToHexString(ExtendedAttributes.GetAt(directory, entry, key)!);
        }
        catch (KernelException e)
        {
            // An empty security.capability can be written but not read.
            return e.Error.ToString();
        }
    }

    private static bool IsWhiteout(FileStatus status) => status is { Kind: FileKind.CharacterDevice, SpecialDevice: (0, 0) };

    private static string Hash(FileHandle directory, byte[] entry)
    {
        using FileHandle file =
            EntryAt.TryOpen(directory, entry, OpenMode.Read, out Errno error) ?? throw new KernelException("open", null, error);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        while (FileIo.Read(file, buffer) is var n and > 0)
        {
            hash.AppendData(buffer.AsSpan(0, n));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string Link(FileHandle directory, byte[] entry) => PathAt.ReadLink(directory, Encoding.UTF8.GetString(entry));
}
