using Conex.Images.Paging;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Paging;

/// <summary>Temporary files have no name, also where the file system cannot make them without one.</summary>
public sealed class ScratchFileTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void On_a_file_system_that_makes_none_without_a_name_it_loses_it_at_once()
    {
        ScratchDirectory.NeedRoot();
        Tool.Need("bindfs");
        Assert.SkipUnless(File.Exists("/dev/fuse"), "needs FUSE, which this kernel lacks");
        string behind = Directory.CreateDirectory(scratch["behind"]).FullName;
        string mounted = Directory.CreateDirectory(scratch["mounted"]).FullName;
        Tool.Run(scratch.Path, "bindfs", "--no-allow-other", behind, mounted);
        try
        {
            using (DirectoryHandle directory = PathAt.OpenDirectory(mounted))
            {
                Assert.Null(PathAt.TryOpen(directory, ".", OpenMode.ReadWrite | OpenMode.Unnamed, out Errno error));
                Assert.Equal(Errno.EOPNOTSUPP, error);
                using FileHandle file = ScratchFile.Open(directory);
                Assert.Equal(Errno.None, OpenFile.WriteAt(file, "kept"u8, 0));
                byte[] read = new byte[4];
                Assert.Equal(4, PositionedRead.TryRead(file, read, 0, out _));
                Assert.Equal("kept"u8, read);
                // libfuse gives what was unlinked while it is open a name of its own.
                Assert.All(Directory.EnumerateFiles(mounted), path => Assert.StartsWith(".fuse_hidden", Path.GetFileName(path)));
            }
            // The kernel tells a FUSE server of a last close without waiting for it.
            SpinWait.SpinUntil(() => !Directory.EnumerateFileSystemEntries(behind).Any(), TimeSpan.FromSeconds(30));
            Assert.Empty(Directory.EnumerateFileSystemEntries(behind));
        }
        finally
        {
            Tool.Run(scratch.Path, "umount", "--lazy", mounted);
        }
    }

    [Fact]
    public void The_error_names_the_directory_that_takes_none()
    {
        string path = Directory.CreateDirectory(scratch["gone"]).FullName;
        using DirectoryHandle directory = PathAt.OpenDirectory(path);
        Directory.Delete(path);
        string said = Assert.Throws<KernelException>(() => ScratchFile.Open(directory)).Message;
        Assert.StartsWith($"make a temporary file in {path}", said);
    }
}
