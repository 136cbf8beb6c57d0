using System.Globalization;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;

namespace Conex.Runtime.Checkpoints;

/// <summary>What a container's descriptors 0, 1 and 2 are, in the words by which criu's options <c>external</c> and <c>inherit_fd</c> name them:
/// a caller gave them, and the caller of the restore gives others instead.</summary>
internal static class StandardDescriptors
{
    private const int AccessMode = 3; // O_ACCMODE
    private const int ReadOnly = 0; // O_RDONLY
    private const int ReadWrite = 2; // O_RDWR
    private const uint FirstPtsMajor = 136; // devices.txt, "Unix98 PTY slaves"
    private const uint LastPtsMajor = 143;

    /// <summary>The words; empty for a descriptor that criu can write down, since it leads nowhere but into the container.</summary>
    /// <param name="processes">All processes of the container.</param>
    internal static IReadOnlyList<string> Describe(int init, IReadOnlyCollection<int> processes)
    {
        HashSet<string> mounts = [.. MountTable.Of(init).Select(m => m.Id)];
        var names = new string[3];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Describe(init, i, mounts, processes);
        }
        return names;
    }

    /// <summary>Whether criu is to be told at the dump that it is none of its business. Pipes need no telling.</summary>
    internal static bool IsNamedAtDump(string name) => name.Contains('[') && !name.StartsWith("pipe:", StringComparison.Ordinal);

    /// <summary>What of this process takes the place of what the words of descriptors.json name: one descriptor for each word, since criu gives the
    /// first of a name to all that had it.</summary>
    internal static IEnumerable<(string Name, FileHandle Stream)> Replacements(IReadOnlyList<string> names) =>
        Enumerable
            .Range(0, names.Count)
            .Where(i => IsReplaced(names[i]))
            .GroupBy(i => names[i])
            .Select(numbers => (numbers.Key, Replacement([.. numbers])));

    /// <summary>A terminal or /dev/null, opened once to read and once to write, must do for both.</summary>
    private static FileHandle Replacement(int[] numbers)
    {
        int[] modes = [.. numbers.Select(n => Info(Environment.ProcessId, n)?.Flags & AccessMode ?? ReadOnly)];
        int writer = Array.FindIndex(modes, m => m != ReadOnly);
        if (writer >= 0 && Array.TrueForAll(modes, m => m != ReadWrite) && modes.Contains(ReadOnly))
        {
            string path = $"/proc/self/fd/{numbers[writer]}";
            FileHandle? both = PathAt.Status(path) is { Kind: FileKind.CharacterDevice }
                ? PathAt.TryOpen(PathAt.Current, path, OpenMode.ReadWrite | OpenMode.NoControllingTerminal, out _)
                : null;
            if (both is not null)
            {
                return both;
            }
        }
        int readWrite = Array.IndexOf(modes, ReadWrite);
        return new FileHandle(numbers[readWrite >= 0 ? readWrite : Math.Max(writer, 0)], ownsHandle: false);
    }

    private static bool IsReplaced(string name) =>
        name.StartsWith("pipe:", StringComparison.Ordinal)
        || name.StartsWith("file[", StringComparison.Ordinal)
        || name.StartsWith("tty[", StringComparison.Ordinal);

    private static string Describe(int init, int number, HashSet<string> mounts, IReadOnlyCollection<int> processes)
    {
        string path = $"/proc/{init}/fd/{number}";
        if (TryReadLink(path) is not { } link)
        {
            return "";
        }
        if (Info(init, number) is not (int flags, string mount))
        {
            return "";
        }
        if (link.StartsWith("pipe:", StringComparison.Ordinal))
        {
            return HasOtherEnd(link, flags, processes) ? "" : link;
        }
        if (!link.StartsWith('/') || PathAt.Status(path) is not { } status || mounts.Contains(mount))
        {
            return "";
        }
        (uint major, uint minor) = status.SpecialDevice;
        return status.Kind == FileKind.CharacterDevice && major is >= FirstPtsMajor and <= LastPtsMajor
            ? $"tty[{DeviceNumber.Encode(major, minor):x}:{DeviceNumber.Encode(status.Device.Item1, status.Device.Item2):x}]"
            : $"file[{int.Parse(mount, CultureInfo.InvariantCulture):x}:{status.Inode:x}]";
    }

    /// <summary>Whether the container holds the other end of a pipe too: then the pipe is its own.</summary>
    private static bool HasOtherEnd(string pipe, int flags, IReadOnlyCollection<int> processes)
    {
        bool reads = (flags & AccessMode) == ReadOnly;
        foreach (int process in processes)
        {
            foreach (string descriptor in Descriptors(process))
            {
                if (
                    TryReadLink($"/proc/{process}/fd/{descriptor}") == pipe
                    && Info(process, int.Parse(descriptor, CultureInfo.InvariantCulture)) is { } other
                    && (other.Flags & AccessMode) == ReadOnly != reads
                )
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static IEnumerable<string> Descriptors(int process)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(p => Path.GetFileName(p))];
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return [];
        }
    }

    /// <summary>proc_pid_fdinfo(5): flags in octal digits, and the mount's number; null when the descriptor is closed or its process has ended.</summary>
    private static (int Flags, string Mount)? Info(int process, int descriptor)
    {
        int flags = 0;
        string mount = "0";
        if (TryText($"/proc/{process}/fdinfo/{descriptor}") is not { } text)
        {
            return null;
        }
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':');
            string value = colon < 0 ? "" : line[(colon + 1)..].Trim();
            if (line.StartsWith("flags:", StringComparison.Ordinal))
            {
                flags = Convert.ToInt32(value, 8);
            }
            else if (line.StartsWith("mnt_id:", StringComparison.Ordinal))
            {
                mount = value;
            }
        }
        return (flags, mount);
    }

    private static string? TryText(string path)
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, path, OpenMode.Read, out _);
        try
        {
            return file is null ? null : System.Text.Encoding.UTF8.GetString(FileIo.ReadToEnd(file, path, 1 << 20));
        }
        catch (KernelException e) when (e.Error is Errno.ENOENT or Errno.ESRCH)
        {
            return null;
        }
    }

    private static string? TryReadLink(string path)
    {
        try
        {
            return PathAt.ReadLink(PathAt.Current, path);
        }
        catch (KernelException)
        {
            // Closed, or its process has ended.
            return null;
        }
    }
}
