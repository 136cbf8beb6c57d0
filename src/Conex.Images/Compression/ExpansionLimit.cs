namespace Conex.Images.Compression;

/// <summary>How much compressed data may expand before it is taken for a bomb.</summary>
/// <param name="Ratio">Bytes out for each byte in.</param>
/// <param name="Allowance">Bytes out that are always allowed: what a small file may expand to.</param>
public sealed record ExpansionLimit(int Ratio, long Allowance)
{
    /// <summary>Real layers stay below 20; 500 still admits a disk image full of zeros.</summary>
    public static ExpansionLimit Default { get; } = new(500, 1L << 30);
}
