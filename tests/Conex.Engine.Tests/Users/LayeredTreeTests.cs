using System.Text;
using Conex.Engine.Tests.Fixtures;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Tests.Users;

public sealed class LayeredTreeTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public LayeredTreeTests()
    {
        Directory.CreateDirectory(scratch["top"]);
        Directory.CreateDirectory(scratch["middle"]);
        Directory.CreateDirectory(scratch["low"]);
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_topmost_layer_that_has_the_file_wins()
    {
        scratch.Write("low/etc/passwd", "low");
        Assert.Equal("low", Read("etc/passwd"));

        scratch.Write("middle/etc/passwd", "middle");
        scratch.Write("top/etc/other", "x");
        Assert.Equal("middle", Read("etc/passwd"));
    }

    [Fact]
    public void A_file_that_takes_a_directorys_place_hides_it()
    {
        scratch.Write("low/etc/passwd", "low");
        scratch.Write("top/etc", "no directory");

        Assert.Null(Read("etc/passwd"));
    }

    [Fact]
    public void A_link_may_lead_into_another_layer()
    {
        scratch.Write("low/usr/lib/passwd", "merged");
        Directory.CreateDirectory(scratch["top/etc"]);
        File.CreateSymbolicLink(scratch["top/etc/passwd"], "../usr/lib/passwd");
        File.CreateSymbolicLink(scratch["middle/absolute"], "/etc/passwd");

        Assert.Equal("merged", Read("etc/passwd"));
        Assert.Equal("merged", Read("absolute"));
    }

    [Fact]
    public void No_link_leaves_the_tree()
    {
        scratch.Write("secret", "outside");
        File.CreateSymbolicLink(scratch["top/up"], "../../../../../../secret");
        File.CreateSymbolicLink(scratch["top/absolute"], scratch["secret"]);
        File.CreateSymbolicLink(scratch["top/magic"], "/proc/self/root/etc/passwd");

        Assert.Null(Read("up"));
        Assert.Null(Read("absolute"));
        Assert.Null(Read("magic"));
    }

    [Fact]
    public void Links_that_go_round_end()
    {
        File.CreateSymbolicLink(scratch["top/a"], "b");
        File.CreateSymbolicLink(scratch["top/b"], "a");

        Assert.Null(Read("a"));
    }

    [Fact]
    public void A_fifo_or_a_large_file_is_no_file()
    {
        using DirectoryHandle top = PathAt.OpenDirectory(scratch["top"]);
        PathAt.MakeNode(top, "fifo", FileKind.Fifo, 0x1A4, 0, 0);
        scratch.Write("top/large", new string('x', 2000));

        Assert.Null(Read("fifo"));
        Assert.Null(Read("large"));
    }

    [Fact]
    public void A_whiteout_and_an_opaque_directory_hide_what_is_below()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: device nodes and trusted attributes");
        scratch.Write("low/etc/passwd", "low");
        scratch.Write("low/etc/group", "low");
        scratch.Write("low/opt/file", "low");
        Directory.CreateDirectory(scratch["top/etc"]);
        Directory.CreateDirectory(scratch["top/opt"]);
        using DirectoryHandle etc = PathAt.OpenDirectory(scratch["top/etc"]);
        PathAt.MakeNode(etc, "passwd", FileKind.CharacterDevice, 0, 0, 0);
        using DirectoryHandle opt = PathAt.OpenDirectory(scratch["top/opt"]);
        Assert.SkipUnless(ExtendedAttributes.Set(opt, "trusted.overlay.opaque", "y"u8) == Errno.None, "needs trusted attributes");

        Assert.Null(Read("etc/passwd"));
        Assert.Equal("low", Read("etc/group"));
        Assert.Null(Read("opt/file"));
    }

    private string? Read(string path) =>
        new LayeredTree([scratch["top"], scratch["middle"], scratch["low"]]).TryRead(path, 1000) is { } bytes
            ? Encoding.UTF8.GetString(bytes)
            : null;
}
