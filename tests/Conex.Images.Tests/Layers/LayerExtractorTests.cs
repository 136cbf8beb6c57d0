using System.Text;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Layers;

public sealed class LayerExtractorTests
{
    // VFS_CAP_REVISION_2 with CAP_NET_RAW permitted and effective.
    private static readonly byte[] NetRaw = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void Owners_modes_and_times_are_those_of_the_tar()
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        layer.Unpack(
            new TarBuilder()
                .Directory("d/", 0x5FF)
                .File("d/setuid", "x", 0x9ED, 1000, 1001)
                .File("d/open", "x", 0x1B6)
                .File("d/closed", "x", 0)
                .Add(
                    TarBuilder.Entry(TarEntryType.SymbolicLink, "d/link", 0x1FF) with
                    {
                        LinkTarget = "open"u8.ToArray(),
                        UserId = 7,
                        GroupId = 8,
                    }
                )
                .Add(TarBuilder.Entry(TarEntryType.Directory, "./", 0x1C0) with { UserId = 5 })
        );
        Assert.Equal((0x4000u | 0x5FF, 0u), (layer.Status("d")!.Value.Mode, layer.Status("d")!.Value.GroupId));
        FileStatus setuid = layer.Status("d/setuid")!.Value;
        Assert.Equal((0x8000u | 0x9ED, 1000u, 1001u), (setuid.Mode, setuid.UserId, setuid.GroupId));
        Assert.Equal(0x8000u | 0x1B6, layer.Status("d/open")!.Value.Mode);
        Assert.Equal((0x8000u, 0u), (layer.Status("d/closed")!.Value.Mode, layer.Status("d/closed")!.Value.GroupId));
        Assert.Equal((7u, 8u), (layer.Status("d/link")!.Value.UserId, layer.Status("d/link")!.Value.GroupId));
        Assert.Equal((0x4000u | 0x1C0, 5u), (layer.Status("")!.Value.Mode, layer.Status("")!.Value.UserId));
        foreach (string path in (string[])["d", "d/setuid", "d/link", ""])
        {
            FileStatus status = layer.Status(path)!.Value;
            Assert.Equal((TarBuilder.Time.Seconds, TarBuilder.Time.Nanoseconds), (status.ModifiedSeconds, status.ModifiedNanoseconds));
        }
    }

    [Fact]
    public void Devices_and_fifos_are_made()
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        layer.Unpack(
            new TarBuilder()
                .Device("dev/null", 1, 3)
                .Device("dev/loop", 7, 259, TarEntryType.BlockDevice)
                .Add(TarBuilder.Entry(TarEntryType.Fifo, "pipe", 0x1FF))
        );
        Assert.Equal((0x2000u | 0x1B0, (1u, 3u)), (layer.Status("dev/null")!.Value.Mode, layer.Status("dev/null")!.Value.SpecialDevice));
        Assert.Equal(
            (FileKind.BlockDevice, (7u, 259u)),
            (layer.Status("dev/loop")!.Value.Kind, layer.Status("dev/loop")!.Value.SpecialDevice)
        );
        Assert.Equal(0x1000u | 0x1FF, layer.Status("pipe")!.Value.Mode);
    }

    [Fact]
    public void File_capabilities_survive_the_change_of_owner()
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        layer.Unpack(
            new TarBuilder().Add(
                TarBuilder.Entry(TarEntryType.File, "ping", 0x1ED) with
                {
                    UserId = 3,
                    Attributes = [new("security.capability", NetRaw)],
                },
                "x"u8
            )
        );
        Assert.Equal(NetRaw, ExtendedAttributes.Get(layer["ping"], "security.capability"));
    }

    [Fact]
    public void Names_that_are_no_text_keep_their_bytes()
    {
        using var layer = new UnpackedLayer();
        byte[] name = [0x66, 0xFF, 0xE9, 0x0A];
        layer.Unpack(new TarBuilder().Add(TarBuilder.Entry(TarEntryType.File, "x", 0x1A4) with { Path = name }, "x"u8));
        using DirectoryHandle root = PathAt.OpenDirectory(layer.Root);
        Assert.Equal(name, Assert.Single(DirectoryEntries.Read(root)).Name);
    }

    [Fact]
    public void A_whiteout_becomes_overlayfss_own()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().Directory("etc/").File("etc/.wh.gone", ""));
        FileStatus gone = layer.Status("etc/gone")!.Value;
        Assert.Equal((FileKind.CharacterDevice, (0u, 0u)), (gone.Kind, gone.SpecialDevice));
        Assert.Null(layer.Status("etc/.wh.gone"));
    }

    [Fact]
    public void An_opaque_directory_gets_overlayfss_mark()
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().File("d/.wh..wh..opq", "").File("d/new").Directory("d/"));
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(layer["d"], "trusted.overlay.opaque"));
        Assert.True(File.Exists(layer["d/new"]));
    }

    [Fact]
    public void Without_privilege_the_mark_is_the_users_and_owners_and_devices_are_left_out()
    {
        using var layer = new UnpackedLayer(new UnpackRules(Privileged: false));
        layer.Unpack(new TarBuilder().File("d/.wh..wh..opq", "").File("d/f", "x", 0x1A4, 1234, 1234).Device("null", 1, 3));
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(layer["d"], "user.overlay.opaque"));
        Assert.NotEqual(1234u, layer.Status("d/f")!.Value.UserId);
        Assert.Null(layer.Status("null"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_directory_that_replaces_a_lower_one_is_opaque_in_either_order(bool whiteoutFirst)
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        TarBuilder tar = whiteoutFirst
            ? new TarBuilder().File(".wh.d", "").Directory("d/").File("d/x")
            : new TarBuilder().Directory("d/").File("d/x").File(".wh.d", "");
        layer.Unpack(tar);
        Assert.True(File.Exists(layer["d/x"]));
        Assert.NotNull(ExtendedAttributes.Get(layer["d"], "trusted.overlay.opaque"));
    }

    [Fact]
    public void A_file_of_a_hidden_directory_makes_it_anew()
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().File(".wh.d", "").File("d/sub/x"));
        Assert.NotNull(ExtendedAttributes.Get(layer["d"], "trusted.overlay.opaque"));
    }

    [Fact]
    public void A_whiteout_does_not_hide_what_its_own_layer_has()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().File("f", "mine").File(".wh.f", ""));
        Assert.Equal("mine", File.ReadAllText(layer["f"]));
        layer.Unpack(new TarBuilder().File(".wh.g", "").File("g", "mine"));
        Assert.Equal("mine", File.ReadAllText(layer["g"]));
    }

    [Fact]
    public void What_AUFS_kept_for_itself_is_left_out()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().Directory(".wh..wh.plnk/").File(".wh..wh.plnk/12.34", "x").File(".wh..wh.aufs", ""));
        Assert.Empty(Directory.EnumerateFileSystemEntries(layer.Root));
    }

    [Fact]
    public void Of_entries_with_one_path_the_last_wins()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(
            new TarBuilder()
                .File("f", "first")
                .File("./f", "second")
                .Directory("d/", 0x1C0)
                .File("d/kept")
                .Directory("/d", 0x1ED)
                .SymbolicLink("l", "a")
                .SymbolicLink("l", "b")
        );
        Assert.Equal("second", File.ReadAllText(layer["f"]));
        Assert.True(File.Exists(layer["d/kept"]));
        Assert.Equal(0x4000u | 0x1ED, layer.Status("d")!.Value.Mode);
        Assert.Equal("b", new FileInfo(layer["l"]).LinkTarget);
    }

    [Fact]
    public void An_entry_of_another_type_replaces_the_first()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().File("a/b/c").File("a", "file now").File("d").Directory("d/").File("d/e").SymbolicLink("d/e", "x"));
        Assert.Equal("file now", File.ReadAllText(layer["a"]));
        Assert.Equal("x", new FileInfo(layer["d/e"]).LinkTarget);
    }

    [Fact]
    public void Entries_come_in_any_order()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().File("a/b/c/f").Directory("a/b/", 0x1C0).Directory("z/").File("a/g").Directory("a/", 0x1E8));
        Assert.Equal(0x4000u | 0x1C0, layer.Status("a/b")!.Value.Mode);
        Assert.Equal(0x4000u | 0x1E8, layer.Status("a")!.Value.Mode);
        Assert.Equal(0x4000u | 0x1ED, layer.Status("a/b/c")!.Value.Mode);
        Assert.Equal(TarBuilder.Time.Seconds, layer.Status("a/b")!.Value.ModifiedSeconds);
    }

    [Fact]
    public void Hard_links_share_their_file()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().File("d/a").HardLink("b", "./d/a").File("c").HardLink("c", "/d/a"));
        Assert.Equal(3u, layer.Status("d/a")!.Value.Links);
        Assert.Equal(layer.Status("d/a")!.Value.Inode, layer.Status("c")!.Value.Inode);
    }

    [Fact]
    public void A_file_written_anew_leaves_its_hard_links_alone()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().File("a", "first").HardLink("b", "a").File("a", "second"));
        Assert.Equal(("second", "first"), (File.ReadAllText(layer["a"]), File.ReadAllText(layer["b"])));
    }

    [Fact]
    public void A_set_group_ID_directory_gives_its_group_to_no_file()
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        layer.Unpack(
            new TarBuilder()
                .Add(TarBuilder.Entry(TarEntryType.Directory, "d/", 0x5FD) with { GroupId = 50 })
                .File("d/f")
                .Directory("d/sub/")
                .SymbolicLink("d/l", "f")
        );
        Assert.Equal(0u, layer.Status("d/f")!.Value.GroupId);
        Assert.Equal(0u, layer.Status("d/l")!.Value.GroupId);
        Assert.Equal((0u, 0x4000u | 0x1ED), (layer.Status("d/sub")!.Value.GroupId, layer.Status("d/sub")!.Value.Mode));
        Assert.Equal((50u, 0x4000u | 0x5FD), (layer.Status("d")!.Value.GroupId, layer.Status("d")!.Value.Mode));
    }

    [Fact]
    public void Holes_of_a_sparse_file_take_no_space()
    {
        using var layer = new UnpackedLayer();
        byte[] tar = Images.Tests.Tar.RawHeader.Archive(
            Images.Tests.Tar.RawHeader.Pax(("GNU.sparse.size", "10000000000"), ("GNU.sparse.map", "4096,3,8000000000,4")),
            new Images.Tests.Tar.RawHeader("f", '0', 7).ToArray(),
            "abcdefg"u8.ToArray()
        );
        layer.Unpack(tar);
        using FileStream file = File.OpenRead(layer["f"]);
        Assert.Equal(10_000_000_000, file.Length);
        file.Position = 8_000_000_000;
        byte[] read = new byte[4];
        file.ReadExactly(read);
        Assert.Equal("defg", Encoding.ASCII.GetString(read));
    }
}
