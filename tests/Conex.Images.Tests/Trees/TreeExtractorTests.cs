using System.Text;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Trees;

/// <summary>An archive is written over a tree in which strangers have made links.</summary>
public sealed class TreeExtractorTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public TreeExtractorTests()
    {
        Directory.CreateDirectory(scratch["root/in"]);
        Directory.CreateDirectory(scratch["outside"]);
        File.WriteAllText(scratch["outside/file"], "outside");
    }

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("../outside/file")]
    [InlineData("a/../../outside/file")]
    [InlineData("/../outside/file")]
    public void An_entry_that_leads_out_is_refused(string path)
    {
        TreeException refused = Assert.Throws<TreeException>(() => Extract(new TarBuilder().File(path, "evil")));

        Assert.Contains("that leads out of it", refused.Message, StringComparison.Ordinal);
        Assert.Equal("outside", File.ReadAllText(scratch["outside/file"]));
    }

    [Fact]
    public void Links_of_the_tree_and_of_the_archive_lead_from_the_trees_root()
    {
        Directory.CreateSymbolicLink(scratch["root/in/old"], scratch["outside"]);
        var archive = new TarBuilder()
            .SymbolicLink("new", "../../../../" + scratch["outside"])
            .SymbolicLink("top", "/")
            .File("top/from-archive", "in");

        Extract(archive);
        Assert.Throws<KernelException>(() => Extract(new TarBuilder().File("old/file", "evil")));
        Assert.Throws<KernelException>(() => Extract(new TarBuilder().File("new/file", "evil")));
        Assert.Throws<KernelException>(() => Extract(new TarBuilder().HardLink("linked", "old/file")));

        Assert.Equal("in", File.ReadAllText(scratch["root/from-archive"]));
        Assert.Equal("outside", File.ReadAllText(scratch["outside/file"]));
        Assert.Single(Directory.GetFileSystemEntries(scratch["outside"]));
    }

    [Fact]
    public void A_link_at_the_end_is_replaced_and_not_followed()
    {
        File.CreateSymbolicLink(scratch["root/in/link"], scratch["outside/file"]);

        Extract(new TarBuilder().File("link", "mine"));

        Assert.Equal("mine", File.ReadAllText(scratch["root/in/link"]));
        Assert.Null(new FileInfo(scratch["root/in/link"]).LinkTarget);
        Assert.Equal("outside", File.ReadAllText(scratch["outside/file"]));
    }

    [Fact]
    public void A_directory_gives_way_only_where_that_is_allowed()
    {
        Directory.CreateDirectory(scratch["root/in/directory/full"]);
        File.WriteAllText(scratch["root/in/file"], "");
        TarBuilder file = new TarBuilder().File("directory", "now a file");
        TarBuilder directory = new TarBuilder().Directory("file").File("file/inner", "now a directory");

        Assert.Contains("cannot overwrite directory", Assert.Throws<TreeException>(() => Extract(file)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "cannot overwrite non-directory",
            Assert.Throws<TreeException>(() => Extract(directory)).Message,
            StringComparison.Ordinal
        );

        Extract(file, new ExtractionRules { ReplacesKinds = true });
        Extract(directory, new ExtractionRules { ReplacesKinds = true });
        Assert.Equal("now a file", File.ReadAllText(scratch["root/in/directory"]));
        Assert.Equal("now a directory", File.ReadAllText(scratch["root/in/file/inner"]));
    }

    [Fact]
    public void Without_owners_nothing_runs_with_the_rights_of_another_and_no_device_appears()
    {
        ScratchDirectory.NeedRoot();
        TarBuilder archive = new TarBuilder().File("tool", "x", 0x9ED, user: 5, group: 6).Device("null", 1, 3);

        Extract(archive, new ExtractionRules { KeepsOwners = false });
        Assert.Equal((0x1EDu, 0u), Of("tool"));
        Assert.False(File.Exists(scratch["root/in/null"]));

        Extract(archive);
        Assert.Equal((0x9EDu, 5u), Of("tool"));
        Assert.Equal(FileKind.CharacterDevice, PathAt.Status(scratch["root/in/null"])!.Value.Kind);

        Extract(archive, new ExtractionRules { Owner = (7, 8) });
        Assert.Equal(7u, Of("tool").User);

        (uint Mode, uint User) Of(string name) =>
            PathAt.Status(scratch[$"root/in/{name}"]) is { } status ? (status.Mode & 0xFFF, status.UserId) : default;
    }

    [Fact]
    public void Names_are_changed_before_anything_is_looked_at_also_those_that_hard_links_name()
    {
        var archive = new TarBuilder().Directory("old/").File("old/file", "x").HardLink("old/again", "old/file");

        Extract(archive, new ExtractionRules { Renames = path => [.. "new"u8, .. path.AsSpan(3)] });

        Assert.Equal("x", File.ReadAllText(scratch["root/in/new/again"]));
        Assert.Equal(2u, PathAt.Status(scratch["root/in/new/file"])!.Value.Links);
        Assert.Throws<TreeException>(() => Extract(archive, new ExtractionRules { Renames = path => [.. "../"u8, .. path] }));
    }

    [Fact]
    public void What_the_archive_says_of_the_place_itself_changes_nothing_and_holes_stay_holes()
    {
        File.SetUnixFileMode(scratch["root/in"], (UnixFileMode)0x1C0);
        TarEntry sparse = TarBuilder.Entry(TarEntryType.File, "sparse", 0x1A4) with
        {
            Size = 1 << 20,
            Segments = [new SparseSegment((1 << 20) - 4, 4)],
        };
        using var memory = new MemoryStream();
        var writer = new TarWriter(memory);
        writer.Add(TarBuilder.Entry(TarEntryType.Directory, "./", 0x1FF));
        File.WriteAllBytes(scratch["data"], [.. new byte[(1 << 20) - 4], .. "tail"u8]);
        using (FileHandle data = PathAt.Open(scratch["data"], OpenMode.Read))
        {
            writer.Add(sparse, data);
        }
        writer.Finish();
        memory.Position = 0;

        Extract(memory, new ExtractionRules());

        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(scratch["root/in"]));
        Assert.Equal("tail", Encoding.ASCII.GetString(File.ReadAllBytes(scratch["root/in/sparse"])[^4..]));
        Assert.Equal(1 << 20, new FileInfo(scratch["root/in/sparse"]).Length);
    }

    private void Extract(TarBuilder archive, ExtractionRules? rules = null) =>
        Extract(new MemoryStream(archive.ToArray()), rules ?? new ExtractionRules());

    private void Extract(Stream tar, ExtractionRules rules)
    {
        using DirectoryHandle root = PathAt.OpenDirectory(scratch["root"]);
        TreeExtractor.Extract(new TarReader(tar), root, "in"u8.ToArray(), rules, TestContext.Current.CancellationToken);
    }
}
