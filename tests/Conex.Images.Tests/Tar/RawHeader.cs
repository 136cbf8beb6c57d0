using System.Text;

namespace Conex.Images.Tests.Tar;

/// <summary>A header block field by field, for archives that our writer would not write.</summary>
public sealed class RawHeader
{
    private readonly byte[] block = new byte[512];

    public RawHeader(string name, char type, long size = 0)
    {
        Text(0, name).Octal(100, 8, 0x1A4).Octal(108, 8, 0).Octal(116, 8, 0).Octal(124, 12, size).Octal(136, 12, 0);
        block[156] = (byte)type;
        Text(257, "ustar\0" + "00");
    }

    public RawHeader Text(int offset, string text)
    {
        Encoding.Latin1.GetBytes(text).CopyTo(block, offset);
        return this;
    }

    public RawHeader Bytes(int offset, params byte[] bytes)
    {
        bytes.CopyTo(block, offset);
        return this;
    }

    public RawHeader Octal(int offset, int length, long value) => Text(offset, Convert.ToString(value, 8).PadLeft(length - 1, '0') + "\0");

    public byte[] ToArray(bool signedSum = false)
    {
        Text(148, "        ");
        int sum = block.Sum(b => signedSum ? (sbyte)b : b);
        Text(148, Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ");
        return block;
    }

    /// <summary>Blocks and contents, padded, with the end marker.</summary>
    public static byte[] Archive(params byte[][] parts) =>
        [.. parts.SelectMany(part => part.Concat(new byte[(512 - (part.Length % 512)) % 512])), .. new byte[1024]];

    public static byte[] Pax(params (string Key, string Value)[] records)
    {
        string text = string.Concat(
            records.Select(record =>
            {
                int rest = Encoding.UTF8.GetByteCount($" {record.Key}={record.Value}\n");
                int length = rest + 1;
                while (rest + length.ToString().Length != length)
                {
                    length++;
                }
                return $"{length} {record.Key}={record.Value}\n";
            })
        );
        byte[] content = Encoding.UTF8.GetBytes(text);
        return [.. new RawHeader("pax", 'x', content.Length).ToArray(), .. content, .. new byte[(512 - (content.Length % 512)) % 512]];
    }
}
