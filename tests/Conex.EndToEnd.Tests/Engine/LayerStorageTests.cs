using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Files;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Containers have the same files whether their layers are mounted by an index or unpacked.</summary>
public sealed class LayerStorageTests : IDisposable
{
    private readonly EngineHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("mounted")]
    [InlineData("attached")]
    [InlineData("looped")]
    [InlineData("unpacked")]
    public void A_container_reads_its_layers_and_writes_beside_them(string storage)
    {
        Force(storage);
        Assert.Contains($"Layers: {storage}", house.Ask("info"), StringComparison.Ordinal);
        using var archive = new ImageArchive("a mark");
        house.Do("load", "-i", archive.Oci($"{house.Place}/image.tar", "layered:1")).Succeeded();
        Assert.Equal("a mark", house.Ask("run", "--rm", "--network", "none", "layered:1"));

        Assert.Equal("gone", house.Ask("run", "--rm", "--network", "none", "layered:1", "sh", "-c", "[ -e /bin/vi ] || echo gone"));
        Assert.Equal("new", house.Shell("echo new > /bin/written && rm /bin/vi && cat /bin/written && ! ls /bin/vi 2>/dev/null").Text);
        Assert.Equal("there", house.Shell("[ -e /bin/vi ] && echo there").Text);
        Assert.Contains("Read-only file system", house.Shell("echo x > /bin/x", "--read-only").Error, StringComparison.OrdinalIgnoreCase);
        house.Do("system", "check").Succeeded();
        house.Do("rmi", "layered:1", "box").Succeeded();
        Assert.Equal([Hello()], Layers());
    }

    [Theory]
    [InlineData("mounted")]
    [InlineData("attached")]
    [InlineData("looped")]
    [InlineData("unpacked")]
    public void A_container_lives_on_and_starts_again_under_the_next_daemon(string storage)
    {
        Force(storage);
        house.RunSleeper("--name", "stays");
        using var data = JsonDocument.Parse(house.Ask("inspect", "-f", "{{json .GraphDriver.Data}}", "stays"));
        Assert.Equal(storage == "unpacked", data.RootElement.TryGetProperty("LowerDir", out JsonElement lowers));
        Assert.All(
            lowers.ValueKind == JsonValueKind.String ? lowers.GetString()!.Split(':') : [],
            lower => Assert.True(Directory.Exists(lower))
        );
        house.Ask("exec", "stays", "sh", "-c", "echo kept > /kept");
        house.KillDaemon();
        Assert.Equal("kept", house.Ask("exec", "-u", "root", "stays", "cat", "/kept"));
        house.Do("stop", "-t", "0", "stays").Succeeded();
        house.Do("start", "stays").Succeeded();
        Assert.Equal("kept", house.Ask("exec", "stays", "cat", "/kept"));
        house.Do("rm", "-f", "stays").Succeeded();
        house.StopDaemon();
        Assert.DoesNotContain(house.Place, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_daemon_takes_away_what_a_killed_one_had_attached()
    {
        Force("attached");
        house.RunSleeper("--name", "stays");
        Assert.Contains($"{house.DataRoot}/layers/mounts/", File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        house.KillDaemon();
        Force("mounted");
        Assert.Equal("fine", house.Ask("exec", "stays", "echo", "fine"));
        Assert.DoesNotContain(house.DataRoot, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories($"{house.DataRoot}/layers/mounts"));
        house.Do("rm", "-f", "stays").Succeeded();
    }

    [Fact]
    public void What_was_mounted_is_unpacked_when_that_is_forced()
    {
        Force("mounted");
        house.Do("create", "--name", "moves", "--network", "none", "box", "echo", "fine").Succeeded();
        house.StopDaemon();
        Force("unpacked");
        Assert.Equal("fine", house.Ask("start", "-a", "moves"));
        house.Do("rm", "moves").Succeeded();
    }

    [Fact]
    public void Containers_of_one_image_share_one_superblock_a_layer()
    {
        Force("mounted");
        (uint, uint) first = Superblock("one");
        Assert.Equal(first, Superblock("two"));
        // The next daemon takes the mount back from a monitor, instead of making a second one.
        house.KillDaemon();
        Assert.Equal(first, Superblock("three"));
        house.Do("rm", "-f", "one", "two").Succeeded();
        house.StopDaemon();
        Assert.Equal(first, Superblock("four"));
        house.Do("rm", "-f", "three", "four").Succeeded();

        // Its monitor holds the layer by its first descriptor.
        (uint Major, uint Minor) Superblock(string name)
        {
            house.RunSleeper("--name", name);
            string pid = house.Ask("inspect", "-f", "{{.State.Pid}}", name);
            string monitor = File.ReadLines($"/proc/{pid}/status")
                .First(line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..]
                .Trim();
            Assert.True(File.Exists($"/proc/{monitor}/fd/3/bin/busybox"), "the monitor has the layer");
            return PathAt.Status($"/proc/{monitor}/fd/3/.")!.Value.Device;
        }
    }

    [Fact]
    public void A_word_that_is_no_storage_is_refused()
    {
        house.Prepare();
        house.StopDaemon();
        Force("somehow");
        CommandResult result = house.DoProgram(house.Programs.Conexd);
        Force("automatic");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("\"somehow\" is not automatic, mounted, attached, looped or unpacked", result.Error, StringComparison.Ordinal);
    }

    private void Force(string storage) => house.Environment["CONEX_LAYERS"] = storage;

    private string?[] Layers() => [.. house.Stored("layers/sha256").Select(Path.GetFileName)];

    private string Hello() =>
        house.Ask("inspect", "-f", "{{index .RootFS.Layers 0}}", "hello").Replace("sha256:", "", StringComparison.Ordinal);
}
