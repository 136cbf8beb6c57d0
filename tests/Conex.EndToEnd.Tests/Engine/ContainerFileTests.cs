using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>A container's files leave it: as a tar of all of them, and as the list of what it changed.</summary>
public class ContainerFileTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const string Work =
        "echo new > /new; mkdir -p /dir/inner; echo x > /dir/inner/file; rm /bin/vi; echo changed >> /etc/passwd;"
        + " ln /new /hard; ln -s /etc/passwd /soft; mkfifo /pipe; chown 5:6 /new; chmod 4711 /dir/inner/file";

    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose() => house.RequireClean();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Diff_lists_what_the_container_did_and_nothing_of_the_engines_own(bool running)
    {
        string id = Worked(running);

        string[] lines = house.Do("diff", id).Succeeded().Lines;

        Assert.Equal(
            [
                "A /dir",
                "A /dir/inner",
                "A /dir/inner/file",
                "A /hard",
                "A /new",
                "A /pipe",
                "A /soft",
                "C /bin",
                "C /etc",
                "C /etc/passwd",
                "D /bin/vi",
            ],
            lines.Order(StringComparer.Ordinal)
        );
        Assert.Equal(lines, house.Do("container", "diff", id).Succeeded().Lines);
        string untouched = house.Ask("create", "box");
        Assert.Empty(house.Ask("diff", untouched));
        string ran = house.Ask("run", "-d", "--network", "none", "-v", $"{house.Place}:/mnt/host", "box", "true");
        house.Do("wait", ran).Succeeded();
        Assert.Empty(house.Ask("diff", ran));
        house.Do("diff", "nobody").FailedWith(1, "No such container: nobody");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Export_is_the_image_with_what_the_container_did(bool running)
    {
        string id = Worked(running);
        string tar = $"{house.Place}/root.tar";
        string root = $"{house.Place}/root";

        house.Do("export", "-o", tar, id).Succeeded();

        house.DoOnHost($"mkdir {root} && tar -xpf {tar} -C {root} --xattrs --xattrs-include='*'").Succeeded();
        Assert.Equal("new", house.DoOnHost($"cat {root}/hard").Text);
        Assert.Equal("5 6 2", house.DoOnHost($"stat -c '%u %g %h' {root}/new").Text);
        Assert.Equal("4711", house.DoOnHost($"stat -c %a {root}/dir/inner/file").Text);
        Assert.Equal("/etc/passwd", house.DoOnHost($"readlink {root}/soft").Text);
        Assert.Equal("fifo", house.DoOnHost($"stat -c %F {root}/pipe").Text);
        Assert.EndsWith("changed", house.DoOnHost($"cat {root}/etc/passwd").Text, StringComparison.Ordinal);
        Assert.Equal("gone", house.DoOnHost($"test -e {root}/bin/vi || test -h {root}/bin/vi || echo gone").Text);
        Assert.True(File.Exists($"{root}/bin/busybox"));
        house.DoOnHost($"rm -rf {root} {tar}").Succeeded();

        Assert.StartsWith("sha256:", house.DoOnHost($"$CONEX export {id} | $CONEX import - exported:1").Text, StringComparison.Ordinal);
        Assert.Equal("new", house.Ask("run", "--rm", "--network", "none", "exported:1", "cat", "/new"));
        house.Do("rmi", "exported:1").Succeeded();
        house.Do("export", "nobody").FailedWith(1, "No such container: nobody");
        Assert.Equal(
            "404",
            house
                .DoOnHost($"curl -s -o /dev/null -w '%{{http_code}}' --unix-socket {house.SocketPath} http://c/containers/nobody/export")
                .Text
        );
    }

    [Fact]
    public void Export_keeps_holes_and_attributes_and_leaves_out_mounts_and_sockets()
    {
        string id = house.Ask(
            "run",
            "-d",
            "--network",
            "none",
            "-v",
            $"{house.Place}:/mnt/host",
            "box",
            "sh",
            "-c",
            "dd if=/dev/zero of=/holes bs=1 count=1 seek=50M; echo end >> /holes; sleep 1000000"
        );
        Eventually.True(() => house.Do("exec", id, "sh", "-c", "tail -n 1 /holes | grep -q end").ExitCode == 0, "the file is written");
        string upper = house.Ask("inspect", "-f", "{{.GraphDriver.Data.UpperDir}}", id);
        house
            .DoOnHost(
                $"setfattr -n user.color -v red {upper}/holes 2>/dev/null || python3 -c \"import os; os.setxattr('{upper}/holes', 'user.color', b'red')\""
            )
            .Succeeded();
        string tar = $"{house.Place}/holes.tar";

        house.Do("export", "-o", tar, id).Succeeded();

        Assert.True(new FileInfo(tar).Length < 20_000_000);
        house
            .DoOnHost($"mkdir {house.Place}/holes && tar -xf {tar} -C {house.Place}/holes --xattrs --xattrs-include='*' holes")
            .Succeeded();
        Assert.Equal("52428805", house.DoOnHost($"stat -c %s {house.Place}/holes/holes").Text);
        Assert.Equal("end", house.DoOnHost($"tail -c 4 {house.Place}/holes/holes").Text);
        Assert.Equal(
            "b'red'",
            house.DoOnHost($"python3 -c \"import os; print(os.getxattr('{house.Place}/holes/holes', 'user.color'))\"").Text
        );
        Assert.Equal("0", house.DoOnHost($"tar -tf {tar} | grep -c '^mnt/host/.' || true").Text);
        house.DoOnHost($"rm -rf {house.Place}/holes {tar}").Succeeded();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Docker_diffs_and_exports(string docker)
    {
        string id = Worked(running: true);
        string line = $"{docker} --host unix://{house.SocketPath}";

        Assert.Contains("D /bin/vi", house.DoOnHost($"{line} diff {id}").Text.Split('\n'));
        Assert.Equal("new", house.DoOnHost($"{line} export {id} | tar -xO hard").Text);
    }

    private string Worked(bool running)
    {
        string id = house.RunScript(running ? $"{Work}; sleep 1000000" : Work);
        if (running)
        {
            Eventually.True(
                () => house.Do("exec", id, "sh", "-c", "test -u /dir/inner/file").ExitCode == 0,
                "the container has done its work"
            );
        }
        else
        {
            house.Do("wait", id).Succeeded();
        }
        return id;
    }
}
