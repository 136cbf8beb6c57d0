using System.Text;

namespace Conex.Images.Tests.Fixtures;

/// <summary>Puts right what a mutation breaks: otherwise every one would end at the checksum.</summary>
public static class TarChecksums
{
    public static void Repair(byte[] tar)
    {
        for (int block = 0; block + 512 <= tar.Length; block += 512)
        {
            Span<byte> header = tar.AsSpan(block, 512);
            if (header.Slice(257, 5).SequenceEqual("ustar"u8))
            {
                header.Slice(148, 8).Fill((byte)' ');
                int sum = 0;
                foreach (byte b in header)
                {
                    sum += b;
                }
                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
            }
        }
    }
}
