using System.Globalization;
using System.Text;
using Conex.Images.Tests.Tar;

namespace Conex.Images.Tests.Fixtures;

/// <summary>Tars with sparse files, which our writer does not write.</summary>
public static class SparseTar
{
    /// <summary>A file <c>sparse</c> of single bytes far apart, and a file <c>small</c> with an x.</summary>
    public static byte[] WithPieces(int count, long distance)
    {
        string map = string.Join(
            ',',
            Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i * distance},1"))
        );
        return RawHeader.Archive(
            new RawHeader("./", '5').Octal(100, 8, 0x1ED).ToArray(),
            RawHeader.Pax(("GNU.sparse.size", (count * distance).ToString(CultureInfo.InvariantCulture)), ("GNU.sparse.map", map)),
            new RawHeader("sparse", '0', count).ToArray(),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, count).Select(i => (char)('a' + (i % 26))))),
            new RawHeader("small", '0', 1).ToArray(),
            "x"u8.ToArray()
        );
    }
}
