using System.Text;
using Conex.Images.Tar;

namespace Conex.Images.Tests.Tar;

public sealed class TarReaderTests
{
    [Fact]
    public void GNU_long_names_and_links_replace_the_headers()
    {
        string path = string.Join('/', Enumerable.Repeat("directory", 30));
        TarEntry entry = Single(
            new RawHeader("././@LongLink", 'L', path.Length + 1).ToArray(),
            Encoding.UTF8.GetBytes(path + "\0"),
            new RawHeader("././@LongLink", 'K', 4).ToArray(),
            "abc\0"u8.ToArray(),
            new RawHeader("short", '2').ToArray()
        );
        Assert.Equal((path, "abc"), (entry.PathText, entry.LinkTargetText));
    }

    [Fact]
    public void Ustar_prefix_and_name_are_joined() =>
        Assert.Equal("a/b/c", Single(new RawHeader("c", '0').Text(345, "a/b").ToArray()).PathText);

    [Fact]
    public void The_prefix_of_a_GNU_header_is_no_path() =>
        Assert.Equal("c", Single(new RawHeader("c", '0').Text(257, "ustar  \0").Text(345, "12345670123").ToArray()).PathText);

    [Fact]
    public void Base_256_numbers_are_read() =>
        Assert.Equal(
            (3_000_000_000u, -1L),
            Single(
                new RawHeader("x", '0')
                    .Bytes(108, 0x80, 0, 0, 0, 0xB2, 0xD0, 0x5E, 0x00)
                    .Bytes(136, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
                    .ToArray()
            )
                is var entry
                ? (entry.UserId, entry.Modified.Seconds)
                : default
        );

    [Fact]
    public void Checksums_of_signed_bytes_are_accepted() =>
        Assert.Equal(2, Single(new RawHeader("\u00e9\u00e9", '0').ToArray(signedSum: true)).Path.Length);

    [Fact]
    public void A_file_of_old_tar_with_a_slash_is_a_directory() =>
        Assert.Equal(TarEntryType.Directory, Single(new RawHeader("old/", '\0').ToArray()).Type);

    [Fact]
    public void PAX_records_win_over_the_header()
    {
        TarEntry entry = Single(
            RawHeader.Pax(
                ("path", "p\u00e4th"),
                ("uid", "3000000"),
                ("gid", "7"),
                ("mtime", "-1.25"),
                ("comment", "x"),
                ("SCHILY.xattr.user.a", "v=1\n")
            ),
            new RawHeader("x", '0').ToArray()
        );
        Assert.Equal(("p\u00e4th", 3_000_000u, 7u), (entry.PathText, entry.UserId, entry.GroupId));
        Assert.Equal(new TarTime(-2, 750_000_000), entry.Modified);
        Assert.Equal("v=1\n"u8.ToArray(), Assert.Single(entry.Attributes).Value.ToArray());
    }

    [Fact]
    public void Global_PAX_records_change_nothing()
    {
        byte[] pax = RawHeader.Pax(("path", "evil"));
        byte[] global = new RawHeader("pax", 'g', Encoding.UTF8.GetByteCount("13 path=evil\n")).ToArray();
        global.CopyTo(pax, 0);
        Assert.Equal("x", Single(pax, new RawHeader("x", '0').ToArray()).PathText);
    }

    [Fact]
    public void A_size_in_a_header_without_content_has_no_blocks()
    {
        using var stream = new MemoryStream(
            RawHeader.Archive(
                new RawHeader("d", '5', 4096).ToArray(),
                new RawHeader("l", '1', 10).Text(157, "f").ToArray(),
                new RawHeader("f", '0').ToArray()
            )
        );
        var reader = new TarReader(stream);
        Assert.Equal(["d", "l", "f"], [reader.Next()!.PathText, reader.Next()!.PathText, reader.Next()!.PathText]);
    }

    [Theory]
    [InlineData(100, "88888")]
    [InlineData(108, "12a")]
    [InlineData(124, "-1")]
    public void Fields_that_are_no_numbers_are_refused(int offset, string text) =>
        Fails("is no octal number", new RawHeader("x", '0').Text(offset, text.PadRight(7) + "\0").ToArray());

    [Fact]
    public void A_wrong_checksum_is_refused()
    {
        byte[] header = new RawHeader("x", '0').ToArray();
        header[0] = (byte)'y';
        Fails("wrong checksum", header);
    }

    [Fact]
    public void Owner_minus_one_is_refused() =>
        Fails("impossible owner", RawHeader.Pax(("uid", "4294967295")), new RawHeader("x", '0').ToArray());

    [Fact]
    public void A_negative_size_is_refused() =>
        Fails("impossible size", new RawHeader("x", '0').Bytes(124, [.. Enumerable.Repeat((byte)0xFF, 12)]).ToArray());

    [Fact]
    public void An_enormous_size_ends_as_an_early_end() =>
        Fails("ends early", new RawHeader("x", '0').Bytes(124, 0x80, 0, 0, 0, 0x7F, 0, 0, 0, 0, 0, 0, 0).ToArray());

    [Fact]
    public void A_NUL_in_a_PAX_path_is_refused() => Fails("NUL", RawHeader.Pax(("path", "a\0b")), new RawHeader("x", '0').ToArray());

    [Fact]
    public void A_path_longer_than_the_kernel_takes_is_refused() =>
        Fails("longer than 4095", RawHeader.Pax(("path", new string('a', 5000))), new RawHeader("x", '0').ToArray());

    [Fact]
    public void An_entry_without_a_name_is_refused() => Fails("without a name", new RawHeader("", '0').ToArray());

    [Fact]
    public void An_extended_header_beyond_the_limit_is_refused() => Fails("limit", new RawHeader("x", 'x', 2 << 20).ToArray());

    [Theory]
    [InlineData("99 path=a\n")]
    [InlineData("0 path=a\n")]
    [InlineData("10 pathaa\n")]
    [InlineData("9 path=a\n ")]
    [InlineData("path=a\n")]
    [InlineData("8 =abcd\n")]
    public void Malformed_PAX_records_are_refused(string records) =>
        Fails(
            "PAX record",
            new RawHeader("x", 'x', records.Length).ToArray(),
            Encoding.UTF8.GetBytes(records),
            new RawHeader("x", '0').ToArray()
        );

    [Fact]
    public void Extended_headers_without_an_entry_are_an_early_end() => Fails("ends early", RawHeader.Pax(("path", "a")));

    [Theory]
    [InlineData('M', "another volume")]
    [InlineData('Q', "unknown type 0x51")]
    public void Unknown_types_are_refused(char type, string reason) => Fails(reason, new RawHeader("x", type).ToArray());

    [Fact]
    public void A_single_zero_block_within_is_refused() => Fails("single zero block", new byte[512], new RawHeader("x", '0').ToArray());

    [Fact]
    public void A_tar_cut_anywhere_never_looks_whole()
    {
        byte[] tar = new Fixtures.TarBuilder().File("a", new byte[1000]).Directory("b/").ToArray();
        for (int length = 0; length < tar.Length - 1024; length += 7)
        {
            using var stream = new MemoryStream(tar, 0, length);
            var reader = new TarReader(stream);
            try
            {
                while (reader.Next() is not null) { }
                Assert.False(reader.HasEndMarker, $"cut at {length}");
            }
            catch (TarException e)
            {
                Assert.Contains("ends early", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(411)]
    public void A_last_file_may_lack_its_padding(int padding)
    {
        byte[] content = new byte[100];
        content.AsSpan().Fill(7);
        byte[] tar = [.. new Fixtures.TarBuilder().File("a", "first").File("b", content).ToArrayWithoutEnd(), .. new byte[padding]];
        using var stream = new MemoryStream(tar);
        var reader = new TarReader(stream);
        Assert.Equal("a"u8, reader.Next()!.Path.Span);
        Assert.Equal("b"u8, reader.Next()!.Path.Span);
        Assert.True(reader.PaddingIsZero);
        Assert.Equal(content, reader.ReadChunk().ToArray());
        Assert.Null(reader.Next());
        Assert.False(reader.PaddingIsZero);
        Assert.False(reader.HasEndMarker);
    }

    private static TarEntry Single(params byte[][] parts)
    {
        using var stream = new MemoryStream(RawHeader.Archive(parts));
        var reader = new TarReader(stream);
        TarEntry entry = reader.Next()!;
        Assert.Null(reader.Next());
        return entry;
    }

    private static void Fails(string reason, params byte[][] parts)
    {
        using var stream = new MemoryStream(RawHeader.Archive(parts));
        var reader = new TarReader(stream);
        var error = Assert.Throws<TarException>(() =>
        {
            while (reader.Next() is not null) { }
        });
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
