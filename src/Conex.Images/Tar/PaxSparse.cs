namespace Conex.Images.Tar;

/// <summary>GNU's three ways to describe a file with holes in PAX records: 0.0, 0.1 and 1.0 (GNU tar manual, "Sparse Formats").</summary>
internal sealed class PaxSparse
{
    internal const string KeyPrefix = "GNU.sparse.";
    private long? pendingOffset;

    /// <summary>The file's real path; the header has a made-up one for readers that do not know the format.</summary>
    internal byte[]? Name { get; private set; }

    /// <summary>Bytes of the file with its holes.</summary>
    internal long? RealSize { get; private set; }

    /// <summary>The map of the formats 0.0 and 0.1; null when there is none in the records.</summary>
    internal List<SparseSegment>? Map { get; private set; }

    internal long Major { get; private set; }

    /// <summary>Format 1.0: the map stands in front of the content.</summary>
    internal bool MapInContent => Major == 1;

    internal bool IsSparse => Map is not null || MapInContent;

    internal void Take(string key, ReadOnlySpan<byte> value, TarLimits limits)
    {
        switch (key)
        {
            case "major":
                Major = TarNumber.ParseDecimal(value, "sparse format");
                if (Major > 1)
                {
                    throw new TarException($"the tar has a file in sparse format {Major}, which is unknown");
                }
                break;
            case "name":
                Name = value.ToArray();
                break;
            case "realsize" or "size":
                RealSize = TarNumber.ParseDecimal(value, "size");
                break;
            case "numblocks":
                Map ??= [];
                break;
            case "offset":
                pendingOffset = TarNumber.ParseDecimal(value, "sparse offset");
                break;
            case "numbytes":
                Add(
                    pendingOffset ?? throw new TarException("the tar has a sparse file with a length that has no offset"),
                    TarNumber.ParseDecimal(value, "sparse length"),
                    limits
                );
                pendingOffset = null;
                break;
            case "map":
                TakeMap(value, limits);
                break;
        }
    }

    private void TakeMap(ReadOnlySpan<byte> value, TarLimits limits)
    {
        Map = [];
        long? offset = null;
        foreach (Range range in value.Split((byte)','))
        {
            ReadOnlySpan<byte> number = value[range];
            if (number.IsEmpty && value.IsEmpty)
            {
                break;
            }
            long parsed = TarNumber.ParseDecimal(number, "sparse map");
            if (offset is null)
            {
                offset = parsed;
            }
            else
            {
                Add(offset.Value, parsed, limits);
                offset = null;
            }
        }
        if (offset is not null)
        {
            throw new TarException("the tar has a sparse file with an odd map");
        }
    }

    private void Add(long offset, long length, TarLimits limits)
    {
        Map ??= [];
        if (Map.Count >= limits.SparseSegments)
        {
            throw new TarException("the tar has a sparse file in too many pieces");
        }
        Map.Add(new SparseSegment(offset, length));
    }
}
