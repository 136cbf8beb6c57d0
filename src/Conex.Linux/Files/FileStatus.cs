namespace Conex.Linux.Files;

/// <summary>What statx(2) says of a file.</summary>
/// <param name="Mode">File type and permission bits (st_mode).</param>
/// <param name="Device">The device that holds the file (st_dev).</param>
/// <param name="SpecialDevice">The device that the file is, for device nodes (st_rdev), as major and minor.</param>
/// <param name="Size">In bytes.</param>
/// <param name="ModifiedSeconds">mtime, seconds since 1970.</param>
/// <param name="ModifiedNanoseconds">mtime, the rest in nanoseconds.</param>
public readonly record struct FileStatus(
    uint Mode,
    ulong Inode,
    uint UserId,
    uint GroupId,
    uint Links,
    ulong Size,
    (uint Major, uint Minor) Device,
    (uint Major, uint Minor) SpecialDevice,
    long ModifiedSeconds,
    uint ModifiedNanoseconds
)
{
    /// <summary>The S_IFMT part of the mode.</summary>
    public FileKind Kind => (FileKind)(Mode & 0xF000);

    public bool IsDirectory => Kind == FileKind.Directory;
}

/// <summary>File types: the S_IFMT bits of a mode.</summary>
public enum FileKind : uint
{
    None = 0,
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}
