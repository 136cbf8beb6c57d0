using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Layers;

public sealed class HostileLayerTests
{
    [Theory]
    [InlineData("../outside/evil")]
    [InlineData("a/../../outside/evil")]
    [InlineData("./../evil")]
    [InlineData("/../evil")]
    [InlineData("..")]
    public void Dot_dot_cannot_leave_the_layer(string path)
    {
        using var layer = new UnpackedLayer();
        Assert.Contains("leads out of it", layer.Refuse(new TarBuilder().File(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_absolute_path_starts_at_the_layers_root()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().File("/etc/passwd", "layer").File("//var//lib/./x"));
        Assert.Equal("layer", File.ReadAllText(layer["etc/passwd"]));
        Assert.True(File.Exists(layer["var/lib/x"]));
        layer.AssertNothingOutside();
    }

    [Fact]
    public void An_absolute_symlink_to_a_directory_is_followed_within_the_layer()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().SymbolicLink("link", layer.Outside).Directory(layer.Outside[1..]).File("link/file"));
        Assert.True(File.Exists(layer[layer.Outside[1..] + "/file"]));
        layer.AssertNothingOutside();
    }

    [Fact]
    public void A_symlink_out_of_the_layer_leads_nowhere()
    {
        using var layer = new UnpackedLayer();
        layer.Refuse(new TarBuilder().SymbolicLink("link", layer.Outside).File("link/evil"));
        using var dots = new UnpackedLayer();
        dots.Refuse(new TarBuilder().SymbolicLink("link", "../outside").File("link/evil"));
    }

    [Fact]
    public void A_chain_of_symlinks_cannot_leave_the_layer()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(
            new TarBuilder()
                .Directory("a/")
                .SymbolicLink("a/up", "..")
                .SymbolicLink("up", "a/up/../../..")
                .File("up/evil")
                .File("a/up/../evil2")
        );
        Assert.True(File.Exists(layer["evil"]));
        layer.AssertNothingOutside();
    }

    [Fact]
    public void A_symlink_loop_is_an_error()
    {
        using var layer = new UnpackedLayer();
        layer.Refuse(new TarBuilder().SymbolicLink("a", "b").SymbolicLink("b", "a").File("a/x"));
    }

    [Fact]
    public void A_magic_link_of_proc_is_not_followed()
    {
        using var layer = new UnpackedLayer();
        layer.Refuse(new TarBuilder().SymbolicLink("fd", "/proc/self/fd/1").File("fd/x"));
        layer.Refuse(new TarBuilder().SymbolicLink("root", "/proc/self/root").File("root/var/tmp/x"));
    }

    [Fact]
    public void A_file_replaces_a_symlink_instead_of_writing_through_it()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().SymbolicLink("x", layer.Outside + "/secret").File("x", "layer"));
        Assert.Equal(FileKind.Regular, layer.Status("x")!.Value.Kind);
        Assert.Equal("layer", File.ReadAllText(layer["x"]));
        layer.AssertNothingOutside();
    }

    [Fact]
    public void A_directory_replaces_a_symlink_instead_of_following_it()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().SymbolicLink("d", layer.Outside).Directory("d/", 0x1C0).File("d/x"));
        Assert.Equal(FileKind.Directory, layer.Status("d")!.Value.Kind);
        Assert.True(File.Exists(layer["d/x"]));
        layer.AssertNothingOutside();
    }

    [Fact]
    public void A_hard_link_cannot_name_a_file_outside()
    {
        using var layer = new UnpackedLayer();
        Assert.Contains("leads out of it", layer.Refuse(new TarBuilder().HardLink("x", "../outside/secret")), StringComparison.Ordinal);
        Assert.Contains(
            "no file of the layer",
            layer.Refuse(new TarBuilder().HardLink("x", layer.Outside + "/secret")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_hard_link_to_a_symlink_does_not_reach_what_it_points_to()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(
            new TarBuilder().SymbolicLink("link", layer.Outside + "/secret").HardLink("hard", "link").File("hard", "layer", 0x1FF, 12, 12)
        );
        Assert.Equal(FileKind.SymbolicLink, layer.Status("link")!.Value.Kind);
        Assert.Equal("layer", File.ReadAllText(layer["hard"]));
        layer.AssertNothingOutside();
    }

    [Fact]
    public void A_hard_link_through_a_symlinked_directory_stays_in_the_layer()
    {
        using var layer = new UnpackedLayer();
        layer.Refuse(new TarBuilder().SymbolicLink("link", layer.Outside).HardLink("x", "link/secret"));
    }

    [Theory]
    [InlineData("d", "d")]
    [InlineData("x", ".")]
    public void A_hard_link_to_itself_or_the_root_is_an_error(string path, string target)
    {
        using var layer = new UnpackedLayer();
        layer.Refuse(new TarBuilder().HardLink(path, target));
    }

    [Fact]
    public void A_hard_link_to_a_directory_is_an_error()
    {
        using var layer = new UnpackedLayer();
        layer.Refuse(new TarBuilder().Directory("d/").HardLink("x", "d"));
    }

    [Theory]
    [InlineData(".wh.")]
    [InlineData(".wh..")]
    [InlineData(".wh...")]
    [InlineData("d/.wh...")]
    public void A_whiteout_cannot_name_its_directory_or_the_one_above(string path)
    {
        using var layer = new UnpackedLayer();
        Assert.Contains("names no file", layer.Refuse(new TarBuilder().Directory("d/").File(path, "")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_whiteout_through_a_symlink_stays_in_the_layer()
    {
        using var layer = new UnpackedLayer();
        layer.Refuse(new TarBuilder().SymbolicLink("link", layer.Outside).File("link/.wh.secret", ""));
        layer.Refuse(new TarBuilder().SymbolicLink("link", layer.Outside).File("link/.wh..wh..opq", ""));
    }

    [Fact]
    public void A_device_with_the_number_of_a_whiteout_hides_no_more_than_a_whiteout()
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().Device("d/gone", 0, 0));
        Assert.Equal((0u, 0u), layer.Status("d/gone")!.Value.SpecialDevice);
        layer.AssertNothingOutside();
    }

    [Fact]
    public void The_root_cannot_be_replaced()
    {
        using var layer = new UnpackedLayer();
        layer.Refuse(new TarBuilder().SymbolicLink("./", layer.Outside));
        layer.Refuse(new TarBuilder().File("/"));
        layer.Refuse(new TarBuilder().File("a/.."));
    }

    [Fact]
    public void A_replaced_directory_takes_its_remembered_descriptor_along()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(
            new TarBuilder()
                .File("d/e/first")
                .SymbolicLink("d", layer.Outside)
                .Directory("other/")
                .Directory(layer.Outside[1..] + "/e")
                .File("d/e/second")
        );
        Assert.False(Directory.Exists(layer["d/first"]));
        Assert.True(File.Exists(layer[layer.Outside[1..] + "/e/second"]));
        layer.AssertNothingOutside();
    }

    [Fact]
    public void Attributes_of_a_directory_that_became_a_symlink_reach_nothing_outside()
    {
        using var layer = new UnpackedLayer();
        layer.Unpack(new TarBuilder().Directory("d/", 0).Directory("d/sub/", 0).SymbolicLink("d", layer.Outside));
        layer.AssertNothingOutside();
    }

    [Fact]
    public void Attributes_that_overlayfs_obeys_are_dropped()
    {
        ScratchDirectory.NeedRoot();
        using var layer = new UnpackedLayer();
        TarEntry directory = TarBuilder.Entry(TarEntryType.Directory, "d/", 0x1ED) with
        {
            Attributes =
            [
                new("trusted.overlay.redirect", "/etc"u8.ToArray()),
                new("trusted.overlay.opaque", "y"u8.ToArray()),
                new("trusted.other", "x"u8.ToArray()),
                new("user.overlay.opaque", "y"u8.ToArray()),
                new("security.selinux", "x"u8.ToArray()),
                new("user.kept", "kept"u8.ToArray()),
            ],
        };
        layer.Unpack(new TarBuilder().Add(directory).Add(directory with { Type = TarEntryType.File, Path = "f"u8.ToArray() }));
        Assert.Equal(["user.kept"], ExtendedAttributes.List(layer["d"]));
        Assert.Equal(["user.kept"], ExtendedAttributes.List(layer["f"]));
    }

    [Fact]
    public void A_component_longer_than_the_file_system_takes_is_an_error()
    {
        using var layer = new UnpackedLayer();
        Assert.Contains("ENAMETOOLONG", layer.Refuse(new TarBuilder().File(new string('n', 300))), StringComparison.Ordinal);
        layer.Refuse(new TarBuilder().File(new string('n', 300) + "/x"));
    }

    [Fact]
    public void A_file_in_a_file_is_an_error()
    {
        using var layer = new UnpackedLayer();
        Assert.Contains("no directory", layer.Refuse(new TarBuilder().File("f").File("f/g")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_thousands_of_levels_deep_is_unpacked_and_removed()
    {
        using var layer = new UnpackedLayer();
        string half = string.Join('/', Enumerable.Repeat("d", 2000));
        layer.Unpack(
            new TarBuilder()
                .Directory(half)
                .SymbolicLink("deep", half)
                .Directory("deep/" + half[..1900])
                .File("deep/" + half[..1900] + "/x")
        );
        layer.Unpack(new TarBuilder().File("d", "replaced"));
        Assert.Equal("replaced", File.ReadAllText(layer["d"]));
    }
}
