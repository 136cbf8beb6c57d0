namespace Conex.Images.Compression;

/// <summary>How bytes are compressed, told by their first ones.</summary>
public enum CompressionFormat
{
    /// <summary>Not at all, or in no way known here.</summary>
    None,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 8878.</summary>
    Zstd,

    /// <summary>The .xz file format, https://tukaani.org/xz/xz-file-format.txt.</summary>
    Xz,

    /// <summary>What bzip2(1) writes.</summary>
    Bzip2,
}
