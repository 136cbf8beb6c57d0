using System.Text;
using Conex.Images.Archives;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Layers;

/// <summary>A layer may have hard links to files of lower layers: they are the files that overlayfs would have copied up.</summary>
public sealed class LowerLinkTests
{
    private static readonly byte[] Base = new TarBuilder()
        .Directory("bin")
        .File("bin/tool", "the tool", mode: 0x9ED, user: 5, group: 6)
        .File("etc/conf", "lower")
        .SymbolicLink("sbin", "bin")
        .SymbolicLink("bin/alias", "tool")
        .SymbolicLink("out", "/../../../../etc")
        .Device("dev/null", 1, 3)
        .Device("dev/disk", 7, 200, TarEntryType.BlockDevice)
        .Add(TarBuilder.Entry(TarEntryType.Fifo, "run/pipe", 0x180))
        .Add(TarBuilder.Entry(TarEntryType.File, "", 0x1A4) with { Path = Latin("caf\u00e9/\u00fcber") }, "latin"u8)
        .ToArray();

    public LowerLinkTests() => IndexedLayer.Need();

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void A_link_to_a_lower_layers_file_is_that_file_with_all_that_belongs_to_it(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        StoredImage image = Load(
            store,
            new TarBuilder()
                .Directory("opt", mode: 0x1C0)
                .HardLink("opt/first", "bin/tool")
                .HardLink("opt/second", "sbin/tool")
                .HardLink("top", "opt/first")
        );
        foreach (string path in (string[])["opt/first", "opt/second", "top"])
        {
            Assert.Equal("the tool", store.Read(image, path));
            FileStatus status = store.Status(image, path);
            Assert.Equal((0x9EDu, 5u, 6u), (status.Mode & 0xFFF, status.UserId, status.GroupId));
            Assert.Equal(TarBuilder.Time.Seconds, status.ModifiedSeconds);
        }
        Assert.Equal(store.Status(image, "opt/first").Inode, store.Status(image, "top").Inode);
        // The directory is still as its layer says.
        Assert.Equal(0x1C0u, store.Status(image, "opt").Mode & 0xFFF);
        Assert.Equal(3, store.Images.LayerDirectories(image).Count);
        Assert.Equal(2, image.Layers.Count);
        store.Reopen();
        Assert.Equal("the tool", store.Read(store.Images.Resolve("linked:1"), "opt/first"));
        Assert.Empty(store.Check().Findings);
        store.Remove("linked:1");
        Assert.Empty(store.LayerEntries());
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void A_link_may_be_to_a_device_a_FIFO_and_a_name_in_no_encoding(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        StoredImage image = Load(
            store,
            new TarBuilder()
                .HardLink("null", "dev/null")
                .HardLink("disk", "dev/disk")
                .HardLink("pipe", "run/pipe")
                .Add(
                    TarBuilder.Entry(TarEntryType.HardLink, "", 0) with
                    {
                        Path = Latin("\u00e0/\u00e1"),
                        LinkTarget = Latin("caf\u00e9/\u00fcber"),
                    }
                )
        );
        FileStatus none = store.Status(image, "null");
        Assert.Equal((FileKind.CharacterDevice, (1u, 3u), 0x1B0u), (none.Kind, none.SpecialDevice, none.Mode & 0xFFF));
        FileStatus disk = store.Status(image, "disk");
        Assert.Equal((FileKind.BlockDevice, (7u, 200u)), (disk.Kind, disk.SpecialDevice));
        Assert.Equal((FileKind.Fifo, 0x180u), (store.Status(image, "pipe").Kind, store.Status(image, "pipe").Mode & 0xFFF));
        FileStatus named = store.Status(image, Latin("\u00e0/\u00e1"));
        Assert.Equal((FileKind.Regular, 5ul), (named.Kind, named.Size));
        Assert.Equal(TarBuilder.Time.Seconds, named.ModifiedSeconds);
        Assert.Empty(store.Check().Findings);
    }

    [Fact]
    public void One_layer_means_another_file_in_each_image()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        byte[] link = new TarBuilder().HardLink("copy", "file").ToArray();
        StoredImage one = store
            .Load(TestImage.DockerArchive((new TestImage(new TarBuilder().File("file", "one").ToArray(), link), ["one:1"])))[0]
            .Image;
        StoredImage two = store
            .Load(TestImage.DockerArchive((new TestImage(new TarBuilder().File("file", "two").ToArray(), link), ["two:1"])))[0]
            .Image;
        Assert.Equal(("one", "two"), (store.Read(one, "copy"), store.Read(two, "copy")));
    }

    [Fact]
    public void A_link_and_the_whiteout_of_its_target_move_a_file()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = Load(store, new TarBuilder().HardLink("etc/moved", "etc/conf").File("etc/.wh.conf", ""));
        Assert.Equal("lower", store.Read(image, "etc/moved"));
        // The layer's own whiteout stands above the lower file.
        Assert.Equal(FileKind.CharacterDevice, store.Status(image, "etc/conf").Kind);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void A_link_to_what_an_earlier_whiteout_took_away_is_refused_and_hides_nothing(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        foreach (
            TarBuilder layer in (TarBuilder[])
                [
                    new TarBuilder().File("etc/.wh.conf", "").HardLink("bin/tool", "etc/conf"),
                    new TarBuilder().Device("etc/conf", 0, 0).HardLink("bin/tool", "etc/conf"),
                ]
        )
        {
            Assert.Contains(
                "a hard link, bin/tool, to etc/conf, which the layer itself takes away",
                store.Refuse(Archive(layer)),
                StringComparison.Ordinal
            );
        }
        Assert.Contains(
            "a hard link, x, to etc/.wh.conf, which is no file of the layer",
            store.Refuse(Archive(new TarBuilder().File("etc/.wh.conf", "").HardLink("x", "etc/.wh.conf"))),
            StringComparison.Ordinal
        );
        // What replaces the whiteout is a file like any other.
        StoredImage image = Load(store, new TarBuilder().File("etc/.wh.conf", "").File("etc/conf", "own").HardLink("x", "etc/conf"));
        Assert.Equal("own", store.Read(image, "x"));
    }

    [Fact]
    public void A_later_entry_takes_the_links_place()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        StoredImage image = Load(
            store,
            new TarBuilder().HardLink("x", "etc/conf").File("x", "own").Directory("d").HardLink("d/y", "etc/conf").File("d", "no directory")
        );
        Assert.Equal(("own", "no directory"), (store.Read(image, "x"), store.Read(image, "d")));
        Assert.Equal(2, store.Images.LayerDirectories(image).Count);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted, "nowhere")]
    [InlineData(LayerStorage.Unpacked, "nowhere")]
    [InlineData(LayerStorage.Mounted, "bin")]
    [InlineData(LayerStorage.Mounted, "dev/null/x")]
    [InlineData(LayerStorage.Mounted, "bin/tool/x")]
    [InlineData(LayerStorage.Unpacked, "out/shadow")]
    public void A_link_to_what_no_layer_has_is_refused(LayerStorage storage, string target)
    {
        using var store = new TestStore(storage);
        string message = store.Refuse(Archive(new TarBuilder().HardLink("x", target)));
        Assert.Contains($"a hard link, x, to {target}, which is no file of the layer", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void A_link_to_what_the_layer_hides_is_refused(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        Assert.Contains(
            "which is no file of the layer",
            store.Refuse(Archive(new TarBuilder().File("etc/.wh..wh..opq", "").HardLink("x", "etc/conf"))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_lower_symbolic_link_leads_nowhere_outside()
    {
        using var store = new TestStore(LayerStorage.Mounted);
        // out is ../../../../etc: the image's, whatever the host has.
        StoredImage image = Load(store, new TarBuilder().HardLink("x", "out/conf").HardLink("y", "bin/alias"));
        Assert.Equal("lower", store.Read(image, "x"));
        Assert.Equal(FileKind.SymbolicLink, store.Status(image, "y").Kind);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Unpacked)]
    public void A_layer_may_have_thousands_of_such_links(LayerStorage storage)
    {
        const int count = 3000;
        using var store = new TestStore(storage);
        StoredImage image = Load(store, Links(count));
        Assert.Equal("lower", store.Read(image, $"many/link-{count - 1}"));
        Assert.Equal((uint)count, store.Status(image, "many/link-0").Links);
        store.Reopen();
        Assert.Empty(store.Check().Findings);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Unpacked)]
    public void More_of_them_than_a_layers_record_may_hold_are_refused(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        ImageArchiveException refusal = Assert.Throws<ImageArchiveException>(() => Load(store, Links(40_000)));
        Assert.Matches(
            "the layer has too many hard links to files of lower layers: many/link-[0-9]+ is one more than are allowed$",
            refusal.Message
        );
        Assert.Empty(store.LayerEntries());
    }

    private static TarBuilder Links(int count)
    {
        var tar = new TarBuilder();
        for (int i = 0; i < count; i++)
        {
            tar.HardLink($"many/link-{i}", "etc/conf");
        }
        return tar;
    }

    private static byte[] Archive(TarBuilder layer) => TestImage.DockerArchive((new TestImage(Base, layer.ToArray()), ["linked:1"]));

    private static StoredImage Load(TestStore store, TarBuilder layer) => store.Load(Archive(layer))[0].Image;

    /// <summary>A path that is no UTF-8.</summary>
    private static byte[] Latin(string path) => Encoding.Latin1.GetBytes(path);
}
