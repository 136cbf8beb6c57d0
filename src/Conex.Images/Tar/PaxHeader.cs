using System.Text;

namespace Conex.Images.Tar;

/// <summary>The records of one PAX extended header that matter here; the others are skipped.</summary>
internal sealed class PaxHeader
{
    private const string XattrPrefix = "SCHILY.xattr.";

    internal byte[]? Path { get; private set; }

    internal byte[]? LinkTarget { get; private set; }

    internal long? Size { get; private set; }

    internal long? UserId { get; private set; }

    internal long? GroupId { get; private set; }

    internal TarTime? Modified { get; private set; }

    internal OrderedDictionary<string, TarAttribute> Attributes { get; } = new(StringComparer.Ordinal);

    internal PaxSparse Sparse { get; } = new();

    /// <summary>Parses lines of the form <c>length key=value\n</c>, where length counts the whole line (POSIX pax).</summary>
    /// <exception cref="TarException">A record is malformed.</exception>
    internal static PaxHeader Parse(ReadOnlySpan<byte> records, TarLimits limits)
    {
        var header = new PaxHeader();
        while (!records.IsEmpty)
        {
            int space = records.IndexOf((byte)' ');
            if (space is < 1 or > 10)
            {
                throw Malformed();
            }
            long length = TarNumber.ParseDecimal(records[..space], "length");
            if (length <= space + 1 || length > records.Length || records[(int)length - 1] != '\n')
            {
                throw Malformed();
            }
            ReadOnlySpan<byte> record = records[(space + 1)..((int)length - 1)];
            records = records[(int)length..];
            int equals = record.IndexOf((byte)'=');
            if (equals < 1 || record[..equals].Contains((byte)0))
            {
                throw Malformed();
            }
            header.Take(record[..equals], record[(equals + 1)..], limits);
        }
        return header;
    }

    private static TarException Malformed() => new("the tar has a malformed PAX record");

    private void Take(ReadOnlySpan<byte> keyBytes, ReadOnlySpan<byte> value, TarLimits limits)
    {
        string key = Encoding.UTF8.GetString(keyBytes);
        if (key.StartsWith(XattrPrefix, StringComparison.Ordinal))
        {
            TakeAttribute(key[XattrPrefix.Length..], value);
            return;
        }
        if (key.StartsWith(PaxSparse.KeyPrefix, StringComparison.Ordinal))
        {
            Sparse.Take(key[PaxSparse.KeyPrefix.Length..], value, limits);
            return;
        }
        // An empty value takes an earlier record back (POSIX pax): the ustar header counts again.
        bool empty = value.IsEmpty;
        switch (key)
        {
            case "path":
                Path = empty ? null : value.ToArray();
                break;
            case "linkpath":
                LinkTarget = empty ? null : value.ToArray();
                break;
            case "size":
                Size = empty ? null : TarNumber.ParseDecimal(value, "size");
                break;
            case "uid":
                UserId = empty ? null : TarNumber.ParseDecimal(value, "user ID");
                break;
            case "gid":
                GroupId = empty ? null : TarNumber.ParseDecimal(value, "group ID");
                break;
            case "mtime":
                Modified = empty ? null : TarNumber.ParseTime(value);
                break;
        }
    }

    private void TakeAttribute(string name, ReadOnlySpan<byte> value)
    {
        if (name.Length == 0)
        {
            throw Malformed();
        }
        Attributes[name] = new TarAttribute(name, value.ToArray());
    }
}
