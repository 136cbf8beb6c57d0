using System.Text;
using Conex.Images.Tar;

namespace Conex.Images.Tests.Tar;

public sealed class SparseFileTests
{
    // 3 bytes at 2, 4 at 10, 20 in all.
    private const string Expected = "..abc.....defg......";

    [Fact]
    public void Old_GNU_sparse_files_are_read() =>
        Check(
            new RawHeader("f", 'S', 7)
                .Text(257, "ustar  \0")
                .Octal(386, 12, 2)
                .Octal(398, 12, 3)
                .Octal(410, 12, 10)
                .Octal(422, 12, 4)
                .Octal(483, 12, 20)
                .ToArray(),
            "abcdefg"u8.ToArray()
        );

    [Fact]
    public void PAX_0_0_sparse_files_are_read() =>
        Check(
            RawHeader.Pax(
                ("GNU.sparse.size", "20"),
                ("GNU.sparse.numblocks", "2"),
                ("GNU.sparse.offset", "2"),
                ("GNU.sparse.numbytes", "3"),
                ("GNU.sparse.offset", "10"),
                ("GNU.sparse.numbytes", "4")
            ),
            new RawHeader("f", '0', 7).ToArray(),
            "abcdefg"u8.ToArray()
        );

    [Fact]
    public void PAX_0_1_sparse_files_are_read() =>
        Check(
            RawHeader.Pax(
                ("GNU.sparse.size", "20"),
                ("GNU.sparse.numblocks", "2"),
                ("GNU.sparse.name", "f"),
                ("GNU.sparse.map", "2,3,10,4")
            ),
            new RawHeader("GNUSparseFile.0/f", '0', 7).ToArray(),
            "abcdefg"u8.ToArray()
        );

    [Fact]
    public void PAX_1_0_sparse_files_are_read() =>
        Check(
            RawHeader.Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "f"), ("GNU.sparse.realsize", "20")),
            new RawHeader("GNUSparseFile.0/f", '0', 519).ToArray(),
            [.. "2\n2\n3\n10\n4\n"u8, .. new byte[512 - 11], .. "abcdefg"u8]
        );

    [Theory]
    [InlineData("2,3,4,4")]
    [InlineData("2,3,18,4")]
    [InlineData("10,4,2,3")]
    [InlineData("2,3,10,5")]
    [InlineData("2,3")]
    [InlineData("2,3,10")]
    [InlineData("2,3,9223372036854775807,4")]
    [InlineData("2,3,a,4")]
    public void Maps_that_cannot_be_are_refused(string map)
    {
        using var stream = new MemoryStream(
            RawHeader.Archive(
                RawHeader.Pax(("GNU.sparse.size", "20"), ("GNU.sparse.map", map)),
                new RawHeader("f", '0', 7).ToArray(),
                "abcdefg"u8.ToArray()
            )
        );
        var reader = new TarReader(stream);
        Assert.Throws<TarException>(reader.Next);
    }

    [Fact]
    public void A_map_longer_than_its_file_is_refused()
    {
        using var stream = new MemoryStream(
            RawHeader.Archive(
                RawHeader.Pax(("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "20")),
                new RawHeader("f", '0', 512).ToArray(),
                Encoding.ASCII.GetBytes("20000\n" + string.Concat(Enumerable.Repeat("1\n", 253)))
            )
        );
        var reader = new TarReader(stream);
        Assert.Equal("the tar has a sparse file whose map is longer than its content", Assert.Throws<TarException>(reader.Next).Message);
    }

    [Fact]
    public void A_map_of_more_pieces_than_memory_should_hold_is_refused()
    {
        byte[] map = Encoding.ASCII.GetBytes("262145\n" + string.Concat(Enumerable.Range(0, 262_145).Select(i => $"{i * 2}\n1\n")));
        using var stream = new MemoryStream(
            RawHeader.Archive(
                RawHeader.Pax(("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "600000")),
                new RawHeader("f", '0', map.Length + 262_145).ToArray(),
                [.. map, .. new byte[262_145]]
            )
        );
        var reader = new TarReader(stream);
        Assert.Equal("the tar has a sparse file in too many pieces", Assert.Throws<TarException>(reader.Next).Message);
    }

    private static void Check(params byte[][] parts)
    {
        using var stream = new MemoryStream(RawHeader.Archive(parts));
        var reader = new TarReader(stream);
        TarEntry entry = reader.Next()!;
        Assert.Equal(("f", 20L), (entry.PathText, entry.Size));
        using var content = new MemoryStream();
        reader.OpenContent(entry).CopyTo(content);
        Assert.Equal(Expected, Encoding.ASCII.GetString(content.ToArray()).Replace('\0', '.'));
        Assert.Null(reader.Next());
    }
}
