namespace Conex.Images.Compression;

/// <summary>How large a layer may become before it is taken for a bomb. Settings change both limits; each is enforced while the bytes come.</summary>
/// <param name="Ratio">Bytes out for each byte in, beyond the allowance.</param>
/// <param name="Most">Bytes of a layer's tar, compressed or not.</param>
public sealed record ExpansionLimit(int Ratio, long Most)
{
    /// <summary>Real layers stay below 20; 500 still admits most of a disk image full of zeros.</summary>
    public static ExpansionLimit Default { get; } = new(500, 128L << 30);

    /// <summary>Bytes out that are always allowed: what a small file may expand to.</summary>
    internal long Allowance { get; init; } = 512L << 20;

    /// <summary>As a limit for an archive of many layers, each of which has its own.</summary>
    internal ExpansionLimit OfArchive => this with { Most = long.MaxValue };

    /// <summary>What to say of a tar that is larger.</summary>
    internal CompressionException TooLarge() =>
        new($"it has more than {Most} bytes uncompressed, which is the limit: \"max-layer-size\" in conexd.json allows more");
}
