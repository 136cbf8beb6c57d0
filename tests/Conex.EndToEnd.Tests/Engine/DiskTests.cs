using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What images and containers take is counted and freed.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly EngineHouse house = new(withBox: false);
    private readonly ImageArchive one = new("one");
    private readonly ImageArchive two = new("two");

    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose()
    {
        one.Dispose();
        two.Dispose();
        house.Dispose();
    }

    [Fact]
    public void Prune_removes_dangling_images_and_with_all_those_that_no_container_needs()
    {
        Load();
        house.Do("tag", "two:1", "one:1").Succeeded();

        Assert.Contains("untagged", house.DoOnHost("echo n | $CONEX image prune; echo untagged").Output, StringComparison.Ordinal);
        Assert.Equal($"{one.ConfigDigest[7..19]}", house.Ask("images", "-q", "-f", "dangling=true"));
        string[] lines = house.Do("image", "prune", "-f").Succeeded().Lines;
        Assert.Equal("Deleted Images:", lines[0]);
        Assert.Contains($"deleted: {one.ConfigDigest}", lines);
        Assert.Matches("^Total reclaimed space: [1-9][0-9.]*k?B$", lines[^1]);
        Assert.Equal("Total reclaimed space: 0B", house.Ask("image", "prune", "-f"));

        string id = house.Ask("create", "two:1");
        Assert.DoesNotContain("two:1", house.Ask("image", "prune", "-a", "-f"), StringComparison.Ordinal);
        house.Do("rm", id).Succeeded();
        Assert.Equal("Total reclaimed space: 0B", house.Ask("image", "prune", "-a", "-f", "--filter", "until=2020-01-01"));
        Assert.Equal("Total reclaimed space: 0B", house.Ask("image", "prune", "-a", "-f", "--filter", "label!=mark"));
        Assert.Contains("untagged: two:1", house.Ask("image", "prune", "-a", "-f", "--filter", "label=mark=two"), StringComparison.Ordinal);
        Assert.Empty(house.Ask("images", "-q"));
        house.Do("image", "prune", "-f", "--filter", "color=red").FailedWith(1, "invalid filter 'color'");
        house.Do("image", "prune", "-f", "--filter", "until=soon").FailedWith(1, "invalid time \"soon\"");
    }

    [Fact]
    public void Df_counts_shared_layers_once_and_what_a_container_wrote()
    {
        Load();
        string id = house.Ask("run", "-d", "--network", "none", "one:1", "sh", "-c", "head -c 1000000 /dev/zero > /big; sleep 1000000");
        Eventually.True(() => house.Do("exec", id, "sh", "-c", "test $(stat -c %s /big) = 1000000").ExitCode == 0, "the file is written");

        using var df = JsonDocument.Parse(house.DoOnHost($"curl -s --unix-socket {house.SocketPath} http://c/system/df").Text);

        JsonElement[] images = [.. df.RootElement.GetProperty("Images").EnumerateArray()];
        long shared = images[0].GetProperty("SharedSize").GetInt64();
        Assert.True(shared > 500_000);
        Assert.Equal(shared, images[1].GetProperty("SharedSize").GetInt64());
        Assert.Equal(
            images.Sum(image => image.GetProperty("Size").GetInt64()) - shared,
            df.RootElement.GetProperty("LayersSize").GetInt64()
        );
        Assert.Equal(1, images.Sum(image => image.GetProperty("Containers").GetInt32()));
        Assert.InRange(df.RootElement.GetProperty("Containers")[0].GetProperty("SizeRw").GetInt64(), 1_000_000, 1_001_000);

        string[] lines = house.Do("system", "df").Succeeded().Lines;
        Assert.Matches("^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE$", lines[0]);
        Assert.Matches("^Images +2 +1 +[0-9.]+[kM]B +[0-9.]+[kM]B \\([0-9]+%\\)$", lines[1]);
        Assert.Matches("^Containers +1 +1 +1MB +0B \\(0%\\)$", lines[2]);
        string details = house.Ask("system", "df", "-v");
        Assert.Matches("(?m)^one +1 +[0-9a-f]{12} +.* ago +[0-9.]+MB +[0-9.]+[kM]B +[0-9.]+k?B +1$", details);
        Assert.Contains("Containers space usage:", details, StringComparison.Ordinal);
        house.Do("rm", "-f", id).Succeeded();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Docker_shows_and_prunes(string docker)
    {
        Load();
        house.Do("tag", "two:1", "one:1").Succeeded();
        string line = $"{docker} --host unix://{house.SocketPath}";

        Assert.Matches("(?m)^Images +2 +0 +", house.DoOnHost($"{line} system df").Text);
        Assert.Matches("(?m)^one +1 +[0-9a-f]{12} +.* 0$", house.DoOnHost($"{line} system df -v").Text);
        Assert.Contains($"deleted: {one.ConfigDigest}", house.DoOnHost($"{line} image prune -f").Text, StringComparison.Ordinal);
        Assert.Contains("untagged: two:1", house.DoOnHost($"{line} image prune -a -f").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_have_dockers_filters_and_a_tree_with_the_shared_layer_once()
    {
        Load();
        house.Do("tag", "one:1", "example.org/team/one:2").Succeeded();
        string[] Names(params string[] filter) => house.Do(["images", "--format", "{{.Repository}}:{{.Tag}}", .. filter]).Succeeded().Lines;

        Assert.Equal(["one:1"], Names("-f", "reference=on*"));
        Assert.Equal(["example.org/team/one:2"], Names("-f", "reference=*/*/one"));
        Assert.Equal(["two:1"], Names("-f", "label=mark=two"));
        Assert.Equal([""], Names("-f", "dangling=true"));
        Assert.Equal([""], Names("-f", "until=2020-01-01"));
        Assert.Contains("one:1", Names("-f", "until=2026-01-02T03:04:06Z"));
        Assert.Equal([""], Names("-f", "since=two:1"));
        house.Do("images", "-f", "dangling=perhaps").FailedWith(1, "give true or false");
        house.Do("images", "-f", "before=nosuch").FailedWith(1, "No such image: nosuch:latest");
        Assert.Equal("DIGEST", house.Do("images", "--digests").Succeeded().Lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]);

        string[] tree = house.Do("images", "--tree").Succeeded().Lines;
        Assert.Matches("^LAYER +SIZE +IMAGES +IMAGE ID +TOTAL +NAMES$", tree[0]);
        Assert.Matches("^[0-9a-f]{12} +[0-9.]+[kM]B +2", tree[1]);
        Assert.Matches($"^[├└]─ [0-9a-f]{{12}} +[0-9.]+k?B +1 +[0-9a-f]{{12}} +[0-9.]+[kM]B +", tree[2]);
        Assert.Contains("└─ ", tree[3], StringComparison.Ordinal);
        Assert.Single(tree, line => line.Contains("one:1, example.org/team/one:2", StringComparison.Ordinal));
        house.Do("images", "--tree", "-q").FailedWith(1, "--tree cannot be used");
    }

    private void Load()
    {
        house.Prepare();
        house.Do("rmi", "hello").Succeeded();
        house.Do("load", "-i", one.Docker($"{house.Place}/one.tar", "one:1")).Succeeded();
        house.Do("load", "-i", two.Docker($"{house.Place}/two.tar", "two:1")).Succeeded();
    }
}
