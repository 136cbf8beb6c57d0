namespace Conex.Images.Compression;

/// <summary>What decoders take anew for each part of a file. A file of many parts with next to nothing in them would have memory cleared without end.</summary>
internal sealed class DecoderMemory
{
    private const long Free = 1L << 30;
    private const int ForEachByte = 256;
    private long taken;

    /// <summary>How many bytes came out.</summary>
    internal long Content { get; set; }

    /// <exception cref="InvalidDataException">It is out of all proportion.</exception>
    internal void Take(long bytes)
    {
        taken += bytes;
        if (taken > Free + ForEachByte * Content)
        {
            throw new InvalidDataException($"its parts announce {taken} bytes of memory for {Content} bytes of content");
        }
    }
}
