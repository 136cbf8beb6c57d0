using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Directories of the host, tmpfs and the container's own root.</summary>
public sealed class MountOptionTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Fact]
    public void A_bind_is_the_hosts_directory()
    {
        string file = house.WriteFile("shared/in", "from the host");
        string directory = Path.GetDirectoryName(file)!;

        house.Shell("cat /data/in > /data/out", "-v", $"{directory}:/data").Succeeded();

        Assert.Equal("from the host", File.ReadAllText($"{directory}/out"));
    }

    [Theory]
    [InlineData("-v", "{0}:/data:ro")]
    [InlineData("--mount", "type=bind,source={0},target=/data,readonly")]
    [InlineData("--mount", "type=bind,src={0},dst=/data,ro")]
    public void A_read_only_bind_stays_read_only(string option, string format)
    {
        string directory = Path.GetDirectoryName(house.WriteFile("read-only/in", "text"))!;

        CommandResult result = house.Shell(
            "cat /data/in; echo x > /data/out; mount -o remount,rw /data",
            option,
            string.Format(format, directory)
        );

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal("text", result.Output);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists($"{directory}/out"));
    }

    [Fact]
    public void A_missing_source_is_made_for_v_and_refused_for_mount()
    {
        house.Shell("touch /data/x", "-v", $"{house.Place}/new/dir:/data").Succeeded();

        Assert.True(File.Exists($"{house.Place}/new/dir/x"));
        CommandResult refused = house.Shell("true", "--mount", $"type=bind,source={house.Place}/absent,target=/data").EndedWith(125);
        Assert.Contains($"bind source path does not exist: {house.Place}/absent", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_can_be_bound_over_a_file_of_the_image()
    {
        string file = house.WriteFile("passwd", "bound\n");

        Assert.Equal("bound", house.Shell("cat /etc/passwd", "-v", $"{file}:/etc/passwd:ro").Text);
    }

    [Fact]
    public void Tmpfs_takes_its_options()
    {
        string line = house.Shell("grep ' /scratch ' /proc/mounts", "--tmpfs", "/scratch:size=1m,mode=700").Text;

        Assert.Contains("tmpfs", line, StringComparison.Ordinal);
        Assert.Contains("size=1024k", line, StringComparison.Ordinal);
        Assert.Contains("mode=700", line, StringComparison.Ordinal);
        Assert.Contains("nosuid", line, StringComparison.Ordinal);
        Assert.Contains(
            "size=2048k",
            house.Shell("grep ' /m ' /proc/mounts", "--mount", "type=tmpfs,target=/m,tmpfs-size=2m").Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_read_only_root_refuses_writes_except_on_tmpfs()
    {
        CommandResult result = house.Shell("echo x > /tmp/x && cat /tmp/x; echo y > /y", "--read-only", "--tmpfs", "/tmp");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal("x\n", result.Output);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_is_not_changed_by_its_containers()
    {
        house.Shell("rm -rf /etc /bin/vi; echo x > /new").Succeeded();

        Assert.Equal("root", house.Shell("head -1 /etc/passwd | cut -d: -f1; test ! -e /new && test -e /bin/vi").Text);
    }

    [Fact]
    public void The_hosts_mount_table_never_names_a_container()
    {
        string id = house.RunSleeper("-v", $"{house.Place}:/data", "--tmpfs", "/scratch");

        Assert.DoesNotContain(id, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_lists_the_mounts()
    {
        string id = house.RunSleeper("-v", $"{house.Place}:/data:ro");

        string mount = house.Ask("inspect", "--format", "{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}} {{.RW}}{{end}}", id);

        Assert.Equal($"bind {house.Place} /data false", mount);
    }

    [Theory]
    [InlineData("relative:/data", "")]
    [InlineData("/a:b:c:d", "invalid")]
    [InlineData("/a:relative", "")]
    public void A_volume_that_cannot_be_is_one_sentence(string volume, string phrase)
    {
        CommandResult result = house.Shell("true", "-v", volume).EndedWith(125);

        Assert.Contains(phrase, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'), l => l.Length > 0 && !l.StartsWith("Run '", StringComparison.Ordinal));
    }
}
