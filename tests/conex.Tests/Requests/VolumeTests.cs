using Conex.Cli.Requests;

namespace Conex.Cli.Tests.Requests;

public sealed class VolumeTests
{
    [Fact]
    public void A_short_volume_is_a_bind() => Assert.Equal(["/a:/b:ro"], RunRequest.Host("-v", "/a:/b:ro", "img").Binds!);

    [Theory]
    [InlineData("./x:/b", "x:/b")]
    [InlineData(".:/b", ":/b")]
    public void A_relative_source_becomes_absolute(string volume, string end)
    {
        var bind = VolumeText.Parse(volume);
        Assert.Equal($"{Path.Combine(Directory.GetCurrentDirectory(), end.Split(':')[0])}".TrimEnd('/') + ":/b", bind);
    }

    [Theory]
    [InlineData("data:/b")]
    [InlineData("/b")]
    public void A_volume_without_a_path_on_the_host_is_refused_with_advice(string volume) =>
        Assert.Contains("path", Assert.Throws<FormatException>(() => VolumeText.Parse(volume)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_mount_has_type_source_target_and_options()
    {
        var mount = MountText.Parse("type=bind,source=/a,target=/b,readonly,bind-propagation=rslave");
        Assert.Equal(("bind", "/a", "/b"), (mount.Type, mount.Source, mount.Target));
        Assert.True(mount.ReadOnly);
        Assert.Equal("rslave", mount.BindOptions!.Propagation);

        var tmpfs = MountText.Parse("type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1777");
        Assert.Equal(1 << 20, tmpfs.TmpfsOptions!.SizeBytes);
        Assert.Equal(0x3FFu, tmpfs.TmpfsOptions.Mode);
    }

    [Fact]
    public void A_quoted_field_may_hold_a_comma() => Assert.Equal("/a,b", MountText.Parse("type=bind,\"source=/a,b\",target=/c").Source);

    [Theory]
    [InlineData("foo", "invalid field 'foo' must be a key=value pair")]
    [InlineData("foo=bar", "unexpected key 'foo' in 'foo=bar'")]
    [InlineData("type=bind,source=/a", "target is required")]
    [InlineData("type=bind,source=/a,target=/b,readonly=foo", "invalid value for readonly: foo")]
    [InlineData("type=tmpfs,target=/a,tmpfs-size=x", "invalid value for tmpfs-size: x")]
    [InlineData("type=bind,target=/a,src=/b,tmpfs-size=1m", "cannot mix 'tmpfs-*' options with mount type 'bind'")]
    [InlineData("type=bind,target=/a,\"src=/b", "parse error: extraneous or missing \" in quoted-field")]
    public void A_wrong_mount_says_what_is_wrong(string text, string reason) =>
        Assert.Equal(reason, Assert.Throws<FormatException>(() => MountText.Parse(text)).Message);

    [Fact]
    public void Mounts_of_volumes_are_refused() =>
        Assert.StartsWith(
            "mount type 'volume' is not supported",
            Assert.Throws<FormatException>(() => MountText.Parse("source=data,target=/b")).Message,
            StringComparison.Ordinal
        );
}
