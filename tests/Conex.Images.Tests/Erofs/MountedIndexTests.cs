using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Images.Tests.Tar;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Erofs;

/// <summary>What is mounted by an index is what would be unpacked.</summary>
public sealed class MountedIndexTests
{
    public MountedIndexTests() => IndexedLayer.Need();

    [Fact]
    public void Files_of_all_sizes_around_blocks_and_pages_have_their_content()
    {
        var tar = new TarBuilder().Directory(".");
        foreach (int size in (int[])[0, 1, 511, 512, 513, 4095, 4096, 4097, 65536, 1_000_001])
        {
            tar.File($"f{size}", Bytes(size));
        }
        AssertSame(tar);
    }

    [Fact]
    public void All_kinds_of_entries_are_there_with_owners_modes_and_times()
    {
        TarBuilder tar = new TarBuilder()
            .Directory(".", 0x1C0)
            .Directory("d", 0xFFF)
            .File("d/setuid", "x", 0x9ED, 4_000_000_000, 3_000_000_000)
            .SymbolicLink("link", "d/setuid")
            .SymbolicLink("long", new string('l', 4000))
            .SymbolicLink("block", new string('l', 512))
            .HardLink("d/hard", "d/setuid")
            .HardLink("linklink", "link")
            .Device("tty", 4095, 1_048_575)
            .Device("disk", 8, 1, TarEntryType.BlockDevice)
            .Add(TarBuilder.Entry(TarEntryType.Fifo, "fifo", 0x180))
            .Add(TarBuilder.Entry(TarEntryType.File, "old", 0x1A4) with { Modified = new TarTime(-1_000_000, 1) })
            .Add(TarBuilder.Entry(TarEntryType.Directory, "future", 0x1ED) with { Modified = new TarTime(8_000_000_000, 999_999_999) });
        AssertSame(tar);
    }

    [Fact]
    public void Whiteouts_and_opaque_directories_are_overlayfs_s()
    {
        TarBuilder tar = new TarBuilder()
            .Directory(".")
            .Directory("d")
            .File("d/.wh..wh..opq", "")
            .File(".wh.gone", "")
            .File("kept", "x")
            .File(".wh.kept", "")
            .File(".wh.again", "")
            .Directory("again")
            .File(".wh..wh.plnk", "");
        AssertSame(tar);
        using var layer = new IndexedLayer(tar.ToArray());
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(layer["d/."], "trusted.overlay.opaque"));
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(layer["again/."], "trusted.overlay.opaque"));
        Assert.Equal((0u, 0u), PathAt.Status(layer["gone"], follow: false)!.Value.SpecialDevice);
    }

    [Fact]
    public void Attributes_that_overlayfs_obeys_are_dropped_and_capabilities_kept()
    {
        byte[] capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        TarAttribute[] attributes =
        [
            new("user.note", "shared by two"u8.ToArray()),
            new("user.own", Bytes(900)),
            new("security.capability", capability),
            new("trusted.overlay.redirect", "/etc"u8.ToArray()),
            new("user.overlay.opaque", "y"u8.ToArray()),
            new("security.selinux", "x"u8.ToArray()),
        ];
        TarBuilder tar = new TarBuilder()
            .Directory(".")
            .Add(TarBuilder.Entry(TarEntryType.File, "a", 0x1ED) with { Attributes = attributes })
            .Add(TarBuilder.Entry(TarEntryType.File, "b", 0x1ED) with { Attributes = attributes })
            .Add(TarBuilder.Entry(TarEntryType.Directory, "d", 0x1ED) with { Attributes = attributes[..2] })
            .Add(
                TarBuilder.Entry(TarEntryType.SymbolicLink, "l", 0x1FF) with
                {
                    LinkTarget = "a"u8.ToArray(),
                    Attributes = attributes[..1],
                }
            );
        AssertSame(tar);
        using var layer = new IndexedLayer(tar.ToArray());
        Assert.Equal(["security.capability", "user.note", "user.own"], ExtendedAttributes.List(layer["a"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Access_control_lists_change_modes_as_setxattr_would()
    {
        // Version 2; user::rw-, user:1000:r--, group::r--, mask::rw-, other::---
        byte[] more = Acl((1, 6, uint.MaxValue), (2, 4, 1000), (4, 4, uint.MaxValue), (16, 6, uint.MaxValue), (32, 0, uint.MaxValue));
        byte[] plain = Acl((1, 7, uint.MaxValue), (4, 5, uint.MaxValue), (32, 1, uint.MaxValue));
        TarBuilder tar = new TarBuilder()
            .Directory(".")
            .Add(WithAttribute("more", "system.posix_acl_access", more))
            .Add(WithAttribute("plain", "system.posix_acl_access", plain))
            .Add(WithAttribute("default", "system.posix_acl_default", more) with { Type = TarEntryType.Directory })
            .File("default/file");
        AssertSame(tar);
    }

    [Fact]
    public void Later_entries_win_and_links_in_paths_lead_within_the_layer()
    {
        TarBuilder tar = new TarBuilder()
            .Directory(".")
            .File("usr/lib/deep/file", "in an implied directory")
            .SymbolicLink("lib", "/usr/lib")
            .SymbolicLink("up", "../../usr")
            .File("lib/x", "through a link")
            .File("up/y", "above the root is the root")
            .File("twice", "first")
            .File("twice", "second")
            .Directory("full")
            .File("full/child", "stays")
            .Directory("full", 0x1C0)
            .File("gone/child", "goes")
            .File("gone", "a file now")
            .File("becomes", "x")
            .Directory("becomes")
            .File("becomes/child", "y")
            .File("!before", "sorts before the dot")
            .File("-", "so does this");
        AssertSame(tar, "/usr", "/usr/lib", "/usr/lib/deep", "/becomes/none");
    }

    [Fact]
    public void Ten_thousand_names_in_one_directory_are_all_found()
    {
        var tar = new TarBuilder().Directory(".").Directory("d");
        for (int i = 0; i < 10_000; i++)
        {
            tar.File($"d/{i}-{new string('n', i % 200)}", "");
        }
        AssertSame(tar);
    }

    [Theory]
    [InlineData(1, 5000)]
    [InlineData(7, 333)]
    [InlineData(50, 100_000)]
    [InlineData(20, 12_345_678)]
    public void Sparse_files_have_their_pieces_and_holes(int pieces, long distance) =>
        AssertSame(SparseTar.WithPieces(pieces, distance), []);

    [Fact]
    public void A_hole_alone_takes_no_place()
    {
        byte[] tar = RawHeader.Archive(
            new RawHeader("./", '5').Octal(100, 8, 0x1ED).ToArray(),
            RawHeader.Pax(("GNU.sparse.size", "1000000000"), ("GNU.sparse.map", "0,0")),
            new RawHeader("hole", '0', 0).ToArray()
        );
        using var layer = new IndexedLayer(tar);
        Assert.Equal(1_000_000_000UL, PathAt.Status(layer["hole"])!.Value.Size);
        using FileStream file = File.OpenRead(layer["hole"]);
        file.Position = 999_999_000;
        byte[] end = new byte[1000];
        file.ReadExactly(end);
        Assert.All(end, b => Assert.Equal(0, b));
        Assert.InRange(new FileInfo(layer.Index).Length, 1, 3_000_000);
    }

    [Fact]
    public void A_mapping_ends_in_zeros_whatever_the_tar_has_behind_a_file()
    {
        byte[] tar = RawHeader.Archive(
            new RawHeader("first", '0', 1).ToArray(),
            [(byte)'a', .. Enumerable.Repeat((byte)0xFF, 511)],
            new RawHeader("second", '0', 1).ToArray(),
            "b"u8.ToArray()
        );
        using var layer = new IndexedLayer(tar);
        Assert.Equal("a", File.ReadAllText(layer["first"]));
        Assert.Equal("b", File.ReadAllText(layer["second"]));
        using var map = MemoryMappedFile.CreateFromFile(layer["first"], FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        nint page = view.SafeMemoryMappedViewHandle.DangerousGetHandle();
        Assert.All(Enumerable.Range(1, 4095), i => Assert.Equal(0, Marshal.ReadByte(page, i)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(513)]
    [InlineData(100_001)]
    public void A_tar_that_ends_with_the_last_files_last_byte_is_whole(int size) =>
        AssertSame(new TarBuilder().Directory(".").File("first", "x").File("last", Bytes(size)).ToArrayWithoutEnd(), []);

    private static void AssertSame(TarBuilder tar, params string[] implied) => AssertSame(tar.ToArray(), implied);

    private static void AssertSame(byte[] bytes, string[] implied)
    {
        using var unpacked = new UnpackedLayer();
        unpacked.Unpack(bytes);
        using DirectoryHandle directory = PathAt.OpenDirectory(unpacked.Root);
        using var indexed = new IndexedLayer(bytes);
        HashSet<string> unknown = [.. implied];
        Assert.Equal(TreeListing.Of(directory, unknown), TreeListing.Of(indexed.Root, unknown));
        ErofsTool.Need();
        indexed.AssertClean();
    }

    [Fact]
    public void Attributes_of_more_values_than_are_compared_are_all_there()
    {
        const int files = 20_000;
        var tar = new TarBuilder();
        for (int i = 0; i < files; i++)
        {
            tar.Add(
                TarBuilder.Entry(TarEntryType.File, $"{i}", 0x1ED) with
                {
                    Attributes = [new("user.common", "same"u8.ToArray()), new("user.own", Encoding.ASCII.GetBytes($"value {i}"))],
                }
            );
        }
        using var indexed = new IndexedLayer(tar.ToArray());
        for (int i = 0; i < files; i += 1999)
        {
            Assert.Equal("same"u8.ToArray(), ExtendedAttributes.Get(indexed[$"{i}"], "user.common"));
            Assert.Equal(Encoding.ASCII.GetBytes($"value {i}"), ExtendedAttributes.Get(indexed[$"{i}"], "user.own"));
        }
        ErofsTool.Need();
        indexed.AssertClean();
    }

    private static TarEntry WithAttribute(string path, string name, byte[] value) =>
        TarBuilder.Entry(TarEntryType.File, path, 0x1FF) with
        {
            Attributes = [new TarAttribute(name, value)],
        };

    private static byte[] Acl(params (ushort Tag, ushort Permissions, uint Id)[] entries) =>
        [
            2,
            0,
            0,
            0,
            .. entries.SelectMany(entry =>
                (byte[])
                    [.. BitConverter.GetBytes(entry.Tag), .. BitConverter.GetBytes(entry.Permissions), .. BitConverter.GetBytes(entry.Id)]
            ),
        ];

    private static byte[] Bytes(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)((i * 31) ^ (i >> 8)))];
}
