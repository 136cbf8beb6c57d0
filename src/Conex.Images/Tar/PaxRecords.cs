using System.Globalization;
using System.Text;

namespace Conex.Images.Tar;

/// <summary>Builds the PAX header of an entry from what a ustar header cannot hold.</summary>
internal static class PaxRecords
{
    private const int NameLength = 100;
    private const int PrefixLength = 155;
    private const long MaxOctal7 = 0x1F_FFFF;
    private const long MaxOctal11 = 0x1_FFFF_FFFF;

    /// <summary>The records, empty when ustar can say everything.</summary>
    /// <param name="isSparse">Whether the content follows as <see cref="SparseHeader"/> has it.</param>
    internal static byte[] For(TarEntry entry, bool isSparse = false)
    {
        var records = new MemoryStream();
        if (!isSparse && NeedsRecord(entry.Path.Span, mayBeSplit: true))
        {
            Add(records, "path", entry.Path.Span);
        }
        if (NeedsRecord(entry.LinkTarget.Span, mayBeSplit: false))
        {
            Add(records, "linkpath", entry.LinkTarget.Span);
        }
        if (entry.Size > MaxOctal11)
        {
            Add(records, "size", entry.Size.ToString(CultureInfo.InvariantCulture));
        }
        if (entry.UserId > MaxOctal7)
        {
            Add(records, "uid", entry.UserId.ToString(CultureInfo.InvariantCulture));
        }
        if (entry.GroupId > MaxOctal7)
        {
            Add(records, "gid", entry.GroupId.ToString(CultureInfo.InvariantCulture));
        }
        if (entry.Modified.Nanoseconds != 0 || entry.Modified.Seconds is < 0 or > MaxOctal11)
        {
            Add(records, "mtime", Format(entry.Modified));
        }
        if (isSparse)
        {
            Add(records, "GNU.sparse.major", "1");
            Add(records, "GNU.sparse.minor", "0");
            Add(records, "GNU.sparse.name", entry.Path.Span);
            Add(records, "GNU.sparse.realsize", entry.Size.ToString(CultureInfo.InvariantCulture));
        }
        foreach (TarAttribute attribute in entry.Attributes)
        {
            Add(records, "SCHILY.xattr." + attribute.Name, attribute.Value.Span);
        }
        return records.ToArray();
    }

    /// <summary>The slash at which a long path is split into ustar's prefix and name; 0 when it need not, -1 when it cannot be split.</summary>
    internal static int Split(ReadOnlySpan<byte> path)
    {
        if (path.Length <= NameLength)
        {
            return 0;
        }
        int earliest = path.Length - NameLength - 1;
        int slash = earliest > PrefixLength ? -1 : path[earliest..Math.Min(PrefixLength + 1, path.Length - 1)].IndexOf((byte)'/');
        return slash < 0 || earliest + slash == 0 ? -1 : earliest + slash;
    }

    // ustar is ASCII; other readers take other bytes for their own character set.
    private static bool NeedsRecord(ReadOnlySpan<byte> text, bool mayBeSplit) =>
        text.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e) || (mayBeSplit ? Split(text) < 0 : text.Length > NameLength);

    private static string Format(TarTime time)
    {
        // Nanoseconds are added to the seconds, so -1.5 s is (-2, 500,000,000).
        bool negative = time.Seconds < 0 && time.Nanoseconds != 0;
        long seconds = negative ? time.Seconds + 1 : time.Seconds;
        uint nanoseconds = negative ? 1_000_000_000 - time.Nanoseconds : time.Nanoseconds;
        string sign = negative && seconds == 0 ? "-" : "";
        string fraction = nanoseconds == 0 ? "" : "." + nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return sign + seconds.ToString(CultureInfo.InvariantCulture) + fraction;
    }

    private static void Add(MemoryStream records, string key, string value) => Add(records, key, Encoding.ASCII.GetBytes(value));

    private static void Add(MemoryStream records, string key, ReadOnlySpan<byte> value)
    {
        byte[] keyBytes = Encoding.UTF8.GetBytes(key);
        // " ", "=" and "\n"; the length counts its own digits.
        int rest = keyBytes.Length + value.Length + 3;
        int length = rest + Digits(rest);
        length = rest + Digits(length);
        records.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        records.WriteByte((byte)' ');
        records.Write(keyBytes);
        records.WriteByte((byte)'=');
        records.Write(value);
        records.WriteByte((byte)'\n');
    }

    private static int Digits(int value) => value.ToString(CultureInfo.InvariantCulture).Length;
}
