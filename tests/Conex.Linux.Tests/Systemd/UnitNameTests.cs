using Conex.Linux.Systemd;

namespace Conex.Linux.Tests.Systemd;

public sealed class UnitNameTests
{
    [Theory]
    [InlineData("system.slice:docker:abc", "system.slice", "docker-abc.scope", "/system.slice/docker-abc.scope")]
    [InlineData(":conex:abc", "default.slice", "conex-abc.scope", "/default.slice/conex-abc.scope")]
    [InlineData("a-b-c.slice::x", "a-b-c.slice", "x.scope", "/a.slice/a-b.slice/a-b-c.slice/x.scope")]
    [InlineData("-.slice:p:x", "-.slice", "p-x.scope", "/p-x.scope")]
    [InlineData("system.slice:p:a-b.slice", "system.slice", "a-b.slice", "/a.slice/a-b.slice")]
    public void A_path_names_a_slice_and_a_unit(string text, string slice, string unit, string path)
    {
        var name = UnitName.Parse(text, "default.slice");

        Assert.Equal((slice, unit, path), (name.Slice, name.Unit, name.Path));
    }

    [Theory]
    [InlineData("/a/b", "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"/a/b\" instead")]
    [InlineData("a:b", "got \"a:b\" instead")]
    [InlineData("a:b:c:d", "got \"a:b:c:d\" instead")]
    [InlineData("a.scope:b:c", "invalid slice name: a.scope")]
    [InlineData("../a.slice:b:c", "invalid slice name: ../a.slice")]
    [InlineData("a--b.slice:b:c", "invalid slice name: a--b.slice")]
    [InlineData("-a.slice:b:c", "invalid slice name: -a.slice")]
    [InlineData(".slice:b:c", "invalid slice name: .slice")]
    [InlineData("a.slice:b:", "must name a unit")]
    [InlineData("a.slice:b:../c", "must name a unit")]
    [InlineData("a.slice:b/d:c", "must name a unit")]
    public void Another_form_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => UnitName.Parse(text, "s.slice")).Message, StringComparison.Ordinal);
}
