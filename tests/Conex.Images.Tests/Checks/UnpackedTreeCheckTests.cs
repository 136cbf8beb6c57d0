using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Conex.Images.Checks;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Checks;

/// <summary>An unpacked layer must hold what its tar holds, and is unpacked again where it does not.</summary>
public sealed class UnpackedTreeCheckTests : IDisposable
{
    private static readonly byte[] Capability = [0, 0, 0, 2, .. new byte[16]];

    // Of revision 3, for the first root: read back as one of revision 2.
    private static readonly byte[] RootCapability = [0, 0, 0, 3, .. new byte[20]];

    private static readonly byte[] Tar = new TarBuilder()
        .Directory(".", 0x1C0)
        .Directory("etc", 0x3ED)
        .File("etc/passwd", "root", 0x1A4, 5, 6)
        .File("etc/.wh.gone", "")
        .File("opaque/.wh..wh..opq", "")
        .File("opaque/deep/empty", "")
        .File("big", new string('b', 300_000))
        .HardLink("hard", "big")
        .SymbolicLink("soft", "etc/passwd")
        .Device("null", 1, 3)
        .Add(TarBuilder.Entry(TarEntryType.Fifo, "pipe", 0x180))
        .Add(
            TarBuilder.Entry(TarEntryType.File, "bin/ping", 0x9ED) with
            {
                Attributes = [new TarAttribute("security.capability", Capability), new TarAttribute("user.x", "y"u8.ToArray())],
            },
            "ping"u8
        )
        .Add(With(TarBuilder.Entry(TarEntryType.File, "mapped", 0x1ED), "security.capability", RootCapability))
        .Add(With(TarBuilder.Entry(TarEntryType.File, "void", 0x1ED), "security.capability", []))
        .Add(With(TarBuilder.Entry(TarEntryType.Directory, "shared", 0x1ED), "system.posix_acl_default", Acl(7)))
        .Add(With(TarBuilder.Entry(TarEntryType.File, "listed", 0x1B4), "system.posix_acl_access", Acl(8)))
        .Add(TarBuilder.Entry(TarEntryType.File, "old", 0x1A4) with { Modified = new TarTime(-100, 5) })
        .Add(TarBuilder.Entry(TarEntryType.File, "never", 0x1A4) with { Modified = new TarTime(1L << 50, 5) })
        .Add(TarBuilder.Entry(TarEntryType.File, "dawn", 0x1A4) with { Modified = new TarTime(-1L << 40, 5) })
        .Add(TarBuilder.Entry(TarEntryType.File, "", 0x1A4) with { Path = Encoding.Latin1.GetBytes("caf\u00e9") }, "latin"u8)
        .ToArray();

    private readonly TestStore store = new(LayerStorage.Unpacked);
    private readonly StoredImage image;
    private readonly string tree;

    public UnpackedTreeCheckTests()
    {
        image = store.Import(Tar);
        tree = Path.Combine(store.Data, "layers/sha256", image.Layers[0].DiffId.Hex, "fs");
    }

    public void Dispose() => store.Dispose();

    [Fact]
    public void What_was_unpacked_is_what_the_tar_holds()
    {
        StoreReport report = store.Check();
        Assert.Empty(report.Findings);
        Assert.Equal(1, report.Layers);
    }

    [Theory]
    [InlineData("printf x | dd of=big bs=1 seek=299999 conv=notrunc", "big has other content")]
    [InlineData("printf x >>etc/passwd", "etc/passwd has 5 bytes instead of 4")]
    [InlineData("rm etc/passwd", "etc/passwd is missing")]
    [InlineData("rm etc/gone", "etc/gone is missing")]
    [InlineData("mkdir -p opaque/deep/new", "opaque/deep/new is not in the tar")]
    [InlineData("chmod 600 etc/passwd", "etc/passwd has the mode 600 instead of 644")]
    [InlineData("chmod 755 etc", "etc has the mode 755 instead of 1755")]
    [InlineData("chown 7 etc/passwd", "etc/passwd belongs to 7:6 instead of 5:6")]
    [InlineData("chown -h 7 soft", "soft belongs to 7:0 instead of 0:0")]
    [InlineData("ln -sfn elsewhere soft", "soft points to something else")]
    [InlineData("rm soft && touch soft", "soft is a file of another kind")]
    [InlineData("rm null && mknod -m 660 null c 1 5", "null is another device")]
    [InlineData("cp -p big copy && mv copy big", "is no hard link any more")]
    [InlineData("setcap -r bin/ping", "bin/ping lacks the attribute security.capability")]
    [InlineData("touch -d @1700000000.2 etc/passwd", "etc/passwd has the time 1700000000.200000000 instead of 1700000000.123456789")]
    [InlineData("touch -h -d @1 soft", "soft has the time 1.000000000 instead of 1700000000.123456789")]
    [InlineData("touch -d @1 etc", "etc has the time 1.000000000 instead of 1700000000.123456789")]
    [InlineData("touch -d @1 pipe", "pipe has the time 1.000000000 instead of 1700000000.123456789")]
    [InlineData("touch -d @1 .", "/ has the time 1.000000000 instead of 1700000000.123456789")]
    [InlineData("chmod 755 .", "/ has the mode 755 instead of 700")]
    public void Whatever_differs_is_named_and_unpacked_again(string damage, string difference)
    {
        IReadOnlyList<string> before = Listing();
        if (damage.StartsWith("setcap", StringComparison.Ordinal))
        {
            RemoveCapability(Path.Combine(tree, "bin/ping"));
        }
        else
        {
            Tool.Run(tree, "sh", "-c", $"exec 2>/dev/null; {damage}");
        }
        IsNamedAndRepaired(difference, before);
    }

    [Theory]
    [InlineData("bin/ping", "user.x", "7a", "has another value of the attribute user.x")]
    [InlineData("etc", "user.y", "79", "has the attribute user.y, which the tar does not give it")]
    [InlineData(
        "bin/ping",
        "security.capability",
        "0100000200000000000000000000000000000000",
        "another value of the attribute security.capability"
    )]
    [InlineData(
        "mapped",
        "security.capability",
        "0100000200000000000000000000000000000000",
        "another value of the attribute security.capability"
    )]
    [InlineData("shared", "system.posix_acl_default", "9", "shared has another value of the attribute system.posix_acl_default")]
    [InlineData("listed", "system.posix_acl_access", "9", "listed has another value of the attribute system.posix_acl_access")]
    [InlineData("etc", "system.posix_acl_default", "9", "etc has the attribute system.posix_acl_default, which the tar does not give it")]
    public void Another_attribute_is_named_and_taken_back(string file, string attribute, string value, string difference)
    {
        IReadOnlyList<string> before = Listing();
        FileStatus status = PathAt.Status(Path.Combine(tree, file))!.Value;
        byte[] bytes = value.Length == 1 ? Acl(uint.Parse(value, CultureInfo.InvariantCulture)) : Convert.FromHexString(value);
        using (DirectoryHandle directory = PathAt.OpenDirectory(tree))
        {
            Assert.Equal(Errno.None, ExtendedAttributes.SetAt(directory, Encoding.UTF8.GetBytes(file), attribute, bytes));
        }
        Assert.Equal(status, PathAt.Status(Path.Combine(tree, file)));
        IsNamedAndRepaired(difference, before);
    }

    private void IsNamedAndRepaired(string difference, IReadOnlyList<string> before)
    {
        Assert.Empty(store.Check(quick: true).Findings);
        StoreFinding found = Assert.Single(store.Check().Findings);
        Assert.Contains($"is not unpacked as its tar says: ", found.Problem, StringComparison.Ordinal);
        Assert.EndsWith(difference, found.Problem, StringComparison.Ordinal);
        Assert.Equal("\"conex system check --repair\" unpacks it again", found.Help);
        Assert.Equal("it is unpacked again", Assert.Single(store.Check(repair: true).Findings, one => one.IsRepaired).Help);

        Assert.Empty(store.Check().Findings);
        Assert.Equal(before, Listing());
    }

    [Fact]
    public void Under_a_running_container_nothing_is_taken_away()
    {
        File.WriteAllText(Path.Combine(tree, "stranger"), "");
        StoreFinding found = Assert.Single(
            store.Check(repair: true, users: _ => [new ImageUser(new string('c', 64), IsRunning: true)]).Findings
        );
        Assert.False(found.IsRepaired);
        Assert.StartsWith("container cccccccccccc runs on it: stop it", found.Help, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(tree, "stranger")));
        Assert.True(Assert.Single(store.Check(repair: true, users: _ => [new ImageUser("d", IsRunning: false)]).Findings).IsRepaired);
        Assert.False(File.Exists(Path.Combine(tree, "stranger")));
    }

    [Fact]
    public void Nor_is_it_when_more_than_the_tree_is_damaged()
    {
        string record = Path.Combine(tree, "../layer.json");
        File.Delete(record);
        StoreFinding found = Assert.Single(
            store.Check(repair: true, users: _ => [new ImageUser(new string('c', 64), IsRunning: true)]).Findings,
            one => one.Problem.Contains("its record is missing", StringComparison.Ordinal)
        );
        Assert.False(found.IsRepaired);
        Assert.StartsWith("container cccccccccccc runs on it: stop it", found.Help, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(tree, "etc/passwd")));
        Assert.True(store.Check(repair: true).Findings.All(one => one.IsRepaired));
        Assert.Empty(store.Check().Findings);
    }

    [Theory]
    [InlineData(4999)]
    [InlineData(20_000)]
    public void Holes_are_compared_too(int at)
    {
        using var sparse = new TestStore(LayerStorage.Unpacked);
        StoredImage holes = sparse.Import(SparseTar.WithPieces(5, 10_000));
        Assert.Empty(sparse.Check().Findings);
        string file = Path.Combine(sparse.Data, "layers/sha256", holes.Layers[0].DiffId.Hex, "fs/sparse");
        using (FileStream stream = File.OpenWrite(file))
        {
            stream.Position = at;
            stream.WriteByte((byte)'!');
        }
        Assert.EndsWith("sparse has other content", Assert.Single(sparse.Check().Findings).Problem, StringComparison.Ordinal);
    }

    private static TarEntry With(TarEntry entry, string attribute, byte[] value) =>
        entry with
        {
            Attributes = [new TarAttribute(attribute, value)],
        };

    /// <summary>user::rw-, the user: r--, group::r--, mask::rw-, other::r--. Who is named where nobody is, the kernel does not keep.</summary>
    private static byte[] Acl(uint user)
    {
        byte[] acl = [2, 0, 0, 0, 1, 0, 6, 0, 1, 1, 1, 1, 2, 0, 4, 0, 0, 0, 0, 0, .. Unnamed(4, 4), .. Unnamed(16, 6), .. Unnamed(32, 4)];
        BinaryPrimitives.WriteUInt32LittleEndian(acl.AsSpan(16), user);
        return acl;

        static byte[] Unnamed(byte tag, byte permissions) => [tag, 0, permissions, 0, 1, 1, 1, 1];
    }

    private static void RemoveCapability(string file)
    {
        // Writing to it clears it; the content stays.
        byte[] content = File.ReadAllBytes(file);
        File.WriteAllBytes(file, content);
        Tool.Run("/", "chmod", "4755", file);
    }

    private IReadOnlyList<string> Listing()
    {
        using DirectoryHandle root = PathAt.OpenDirectory(tree);
        return TreeListing.Of(root, new HashSet<string>(["/opaque", "/opaque/deep", "/bin"], StringComparer.Ordinal));
    }
}
