using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Mounts;
using Conex.Engine.Tests.Fixtures;

namespace Conex.Engine.Tests.Mounts;

public sealed class UserMountsTests
{
    [Theory]
    [InlineData("/a:/b", "/a", "/b", false, "rprivate")]
    [InlineData("/a/../c:/b/./d/:ro,z", "/c", "/b/d", true, "rprivate")]
    [InlineData("/a:/b:rw,rshared", "/a", "/b", false, "rshared")]
    public void A_bind_is_source_destination_and_options(string text, string source, string destination, bool readOnly, string propagation)
    {
        UserMount mount = BindText.Parse(text);

        Assert.Equal((source, destination, readOnly, propagation), (mount.Source, mount.Destination, mount.ReadOnly, mount.Propagation));
        Assert.True(mount.CreateSource);
    }

    [Theory]
    [InlineData("/a:b", "invalid mount path: 'b' mount path must be absolute")]
    [InlineData("/a:/b:nope", "invalid mode: nope")]
    [InlineData("/a::/b", "invalid volume specification: '/a::/b'")]
    [InlineData("/a:/b:ro:x", "invalid volume specification: '/a:/b:ro:x'")]
    [InlineData("/a:/", "invalid volume specification: '/a:/': invalid mount config: destination can't be '/'")]
    public void A_bad_bind_is_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidRequestException>(() => BindText.Parse(text)).Message);

    [Fact]
    public void Two_mounts_cannot_have_one_destination() =>
        Assert.Equal(
            "Duplicate mount point: /x",
            Assert.Throws<InvalidRequestException>(() => UserMounts.From(new HostConfiguration { Binds = ["/a:/x", "/b:/x/"] })).Message
        );

    [Fact]
    public void Shallow_mounts_come_first()
    {
        IReadOnlyList<UserMount> mounts = UserMounts.From(new HostConfiguration { Binds = ["/1:/a/b/c", "/2:/z", "/3:/a/b", "/4:/a"] });

        Assert.Equal(["/z", "/a", "/a/b", "/a/b/c"], mounts.Select(mount => mount.Destination));
    }

    [Fact]
    public void A_missing_source_is_made_for_v_and_refused_for_mount()
    {
        using var scratch = new ScratchDirectory();
        IReadOnlyList<UserMount> bind = UserMounts.From(new HostConfiguration { Binds = [$"{scratch["deep/er"]}:/x"] });
        IReadOnlyList<UserMount> mount = UserMounts.From(
            new HostConfiguration
            {
                Mounts =
                [
                    new MountConfiguration
                    {
                        Type = "bind",
                        Source = scratch["nope"],
                        Target = "/x",
                    },
                ],
            }
        );

        BindSources.Prepare(bind);

        Assert.True(Directory.Exists(scratch["deep/er"]));
        Assert.Equal(
            $"invalid mount config for type \"bind\": bind source path does not exist: {scratch["nope"]}",
            Assert.Throws<InvalidRequestException>(() => BindSources.Check(mount)).Message
        );
    }

    [Theory]
    [InlineData("", "noexec,nosuid,nodev,rprivate")]
    [InlineData("exec,size=1m,size=2m", "nosuid,nodev,rprivate,exec,size=2m")]
    [InlineData("ro,rw,mode=700", "noexec,nosuid,nodev,rprivate,rw,mode=700")]
    public void Later_tmpfs_options_win(string options, string merged) =>
        Assert.Equal(merged, string.Join(',', TmpfsOptions.Merge(options)));

    [Theory]
    [InlineData("lowerdir=/etc")]
    [InlineData("nope")]
    public void Options_that_tmpfs_does_not_have_are_refused(string option) =>
        Assert.Equal(
            $"Invalid tmpfs option \"{option}\"",
            Assert.Throws<InvalidRequestException>(() => TmpfsOptions.Merge(option)).Message
        );
}
