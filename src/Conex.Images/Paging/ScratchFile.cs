using System.Globalization;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Paging;

/// <summary>Files without a name: gone with their last descriptor, however the process ends.</summary>
internal static class ScratchFile
{
    private const uint OwnerOnly = 0x180;
    private static long counter;

    /// <summary>Makes one on the file system of a directory.</summary>
    /// <exception cref="KernelException">The directory takes no file.</exception>
    internal static FileHandle Open(DirectoryHandle directory)
    {
        FileHandle? file = PathAt.TryOpen(directory, ".", OpenMode.ReadWrite | OpenMode.Unnamed, out Errno error, OwnerOnly);
        return file is not null ? file
            : error == Errno.EOPNOTSUPP ? OpenAndUnlink(directory)
            : throw new KernelException(
                "make a temporary file in",
                PathAt.ReadLink(PathAt.Current, $"/proc/self/fd/{directory.Descriptor}"),
                error
            );
    }

    /// <summary>Makes one where temporary files are.</summary>
    internal static FileHandle Open()
    {
        using DirectoryHandle directory = PathAt.OpenDirectory(Path.GetTempPath());
        return Open(directory);
    }

    // open(2): not every file system knows O_TMPFILE.
    private static FileHandle OpenAndUnlink(DirectoryHandle directory)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $".scratch-{Environment.ProcessId}-{Interlocked.Increment(ref counter)}");
        FileHandle file = PathAt.Open(directory, name, OpenMode.ReadWrite | OpenMode.Create | OpenMode.Exclusive, OwnerOnly);
        PathAt.Unlink(directory, name);
        return file;
    }
}
