using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Layers;

/// <summary>A directory into which a layer puts something without an entry for it stays what the layers below say.</summary>
public sealed class ImpliedDirectoryTests
{
    private const uint Sticky = 0x3FF;
    private const uint Private = 0x1C0;
    private const uint Default = 0x1ED;

    private static readonly byte[] Base = new TarBuilder()
        .Directory("tmp", Sticky)
        .Add(
            TarBuilder.Entry(TarEntryType.Directory, "home/user", Private) with
            {
                UserId = 1000,
                GroupId = 100,
                Attributes = [new TarAttribute("user.note", "mine"u8.ToArray())],
            }
        )
        .Directory("home/user/a", Private)
        .Directory("usr/lib")
        .SymbolicLink("lib", "usr/lib")
        .File("etc/conf", "lower")
        .ToArray();

    public ImpliedDirectoryTests() => IndexedLayer.Need();

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Attached)]
    [InlineData(LayerStorage.Looped)]
    [InlineData(LayerStorage.Unpacked)]
    public void It_keeps_mode_owner_time_and_attributes(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        StoredImage image = Load(store, new TarBuilder().File("tmp/file", "x").File("home/user/new/file", "y").File("opt/file", "z"));
        void AssertKept()
        {
            FileStatus tmp = store.Status(image, "tmp");
            Assert.Equal((Sticky, TarBuilder.Time.Seconds), (Permissions(tmp), tmp.ModifiedSeconds));
            FileStatus home = store.Status(image, "home/user");
            Assert.Equal((Private, 1000u, 100u), (Permissions(home), home.UserId, home.GroupId));
            string top = store.Images.OpenLayers(store.Images.LayerDirectories(image))[0].Path;
            Assert.Equal("mine"u8.ToArray(), ExtendedAttributes.Get(Path.Combine(top, "home/user"), "user.note"));
            Assert.Equal(Default, Permissions(store.Status(image, "home/user/new")));
            Assert.Equal(Default, Permissions(store.Status(image, "opt")));
            Assert.Equal(
                ["x", "y", "z"],
                ((string[])["tmp/file", "home/user/new/file", "opt/file"]).Select(path => store.Read(image, path))
            );
        }
        AssertKept();
        Assert.Equal(3, store.Images.LayerDirectories(image).Count);
        Assert.Equal(2, image.Layers.Count);
        store.Reopen();
        image = store.Images.Resolve("two:1");
        AssertKept();
        Assert.Empty(store.Check().Findings);
        store.Remove("two:1");
        Assert.Empty(store.LayerEntries());
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Unpacked)]
    public void What_differs_in_nothing_needs_no_layer_of_its_own(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        StoredImage image = Load(store, new TarBuilder().File("etc/new", "x").File("usr/lib/new", "y").File("opt/a/b", "z"));
        Assert.Equal(2, store.Images.LayerDirectories(image).Count);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Unpacked)]
    public void An_entry_counts_before_and_behind_what_is_in_the_directory(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        StoredImage image = Load(
            store,
            new TarBuilder().Directory("tmp", Private).File("tmp/file").File("home/user/file").Directory("home/user", Default)
        );
        Assert.Equal(Private, Permissions(store.Status(image, "tmp")));
        Assert.Equal((Default, 0u), (Permissions(store.Status(image, "home/user")), store.Status(image, "home/user").UserId));
        Assert.Equal(2, store.Images.LayerDirectories(image).Count);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Unpacked)]
    public void Directories_on_the_way_are_as_their_entries_say(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        StoredImage image = Load(
            store,
            new TarBuilder().Directory("home", 0x1F8).File("home/user/a/file").HardLink("home/user/conf", "etc/conf").File("tmp/file")
        );
        Assert.Equal(
            [0x1F8u, Private, Private, Sticky],
            ((string[])["home", "home/user", "home/user/a", "tmp"]).Select(path => Permissions(store.Status(image, path)))
        );
        Assert.Equal("lower", store.Read(image, "home/user/conf"));
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Unpacked)]
    public void The_next_layer_below_that_has_it_counts(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        byte[][] layers =
        [
            Base,
            new TarBuilder().Directory("home/user", 0x1E8).File("tmp/first").ToArray(),
            new TarBuilder().File("tmp/second").File("home/user/second").ToArray(),
        ];
        StoredImage image = Assert.Single(store.Load(TestImage.DockerArchive((new TestImage(layers), ["three:1"])))).Image;
        Assert.Equal(Sticky, Permissions(store.Status(image, "tmp")));
        Assert.Equal((0x1E8u, 0u), (Permissions(store.Status(image, "home/user")), store.Status(image, "home/user").UserId));
        Assert.Equal(5, store.Images.LayerDirectories(image).Count);
    }

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Unpacked)]
    public void What_the_layer_hid_or_replaces_counts_no_more(LayerStorage storage)
    {
        using var store = new TestStore(storage);
        StoredImage image = Load(
            store,
            new TarBuilder()
                .File(".wh.tmp", "")
                .File("tmp/file")
                .Directory("home")
                .File("home/.wh..wh..opq", "")
                .File("home/user/file")
                .File("lib/file")
        );
        foreach (string path in (string[])["tmp", "home/user", "lib"])
        {
            FileStatus status = store.Status(image, path);
            Assert.Equal((FileKind.Directory, Default, 0u), (status.Kind, Permissions(status), status.UserId));
        }
        Assert.Equal(2, store.Images.LayerDirectories(image).Count);
    }

    [Fact]
    public void Only_so_deep_is_looked()
    {
        string Path(int depth) => string.Join('/', Enumerable.Repeat("d", depth));
        var lower = new TarBuilder();
        for (int depth = 1; depth <= 100; depth++)
        {
            lower.Directory(Path(depth), Private);
        }
        using var store = new TestStore(LayerStorage.Mounted);
        var both = new TestImage(lower.ToArray(), new TarBuilder().File($"{Path(100)}/file").ToArray());
        StoredImage image = Assert.Single(store.Load(TestImage.DockerArchive((both, ["deep:1"])))).Image;
        Assert.Equal(Private, Permissions(store.Status(image, Path(64))));
        Assert.Equal(Default, Permissions(store.Status(image, Path(100))));
    }

    private static StoredImage Load(TestStore store, TarBuilder layer) =>
        Assert.Single(store.Load(TestImage.DockerArchive((new TestImage(Base, layer.ToArray()), ["two:1"])))).Image;

    private static uint Permissions(FileStatus status) => status.Mode & 0xFFF;
}
