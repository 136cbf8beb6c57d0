namespace Conex.Images.Tar;

/// <summary>What an entry becomes on the disk; values are the type flags of POSIX ustar.</summary>
public enum TarEntryType : byte
{
    /// <summary>A regular file, with content.</summary>
    File = (byte)'0',

    /// <summary>Another name of a file that an earlier entry made.</summary>
    HardLink = (byte)'1',
    SymbolicLink = (byte)'2',
    CharacterDevice = (byte)'3',
    BlockDevice = (byte)'4',
    Directory = (byte)'5',
    Fifo = (byte)'6',
}
