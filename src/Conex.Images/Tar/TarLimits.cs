namespace Conex.Images.Tar;

/// <summary>What a reader accepts before it takes an archive for an attack.</summary>
public sealed record TarLimits
{
    public static TarLimits Default { get; } = new();

    /// <summary>Bytes of one PAX header or GNU long name.</summary>
    public int MetadataSize { get; init; } = 1 << 20;

    /// <summary>Bytes of a path or a link target: PATH_MAX without its NUL, more cannot be put on a disk.</summary>
    public int PathLength { get; init; } = 4095;

    /// <summary>Bytes of the archive: an entry whose header announces more is refused before anything of it is read.</summary>
    public long ArchiveSize { get; init; } = long.MaxValue;

    /// <summary>Pieces of one sparse file.</summary>
    public int SparseSegments { get; init; } = 1 << 18;
}
