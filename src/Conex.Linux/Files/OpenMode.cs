namespace Conex.Linux.Files;

/// <summary>Flags of open(2) with the kernel's values; close-on-exec is always added.</summary>
[Flags]
public enum OpenMode
{
    Read = 0,
    Write = 1,
    ReadWrite = 2,
    Create = 0x40,
    Exclusive = 0x80,
    NoControllingTerminal = 0x100,
    Truncate = 0x200,
    Append = 0x400,
    NonBlocking = 0x800,
    Directory = 0x10000,
    NoFollow = 0x20000,
    Path = 0x200000,

    /// <summary>O_TMPFILE: a file without a name in the directory that the path leads to.</summary>
    Unnamed = 0x410000,
}
