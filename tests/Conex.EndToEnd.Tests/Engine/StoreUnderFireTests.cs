using System.Diagnostics;
using System.Globalization;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Daemons are killed at any moment, and images removed while others come: the store stays sound, and what is there runs.</summary>
public sealed class StoreUnderFireTests : IDisposable
{
    private const int FewestKills = 10;
    private const int MostKills = 25;
    private const int LargestDelay = 250;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(45);
    private readonly EngineHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("mounted")]
    [InlineData("unpacked")]
    public void Whatever_a_killed_daemon_was_doing_the_store_is_sound_afterwards(string layers)
    {
        house.Environment["CONEX_LAYERS"] = layers;
        int seed = int.TryParse(
            Environment.GetEnvironmentVariable("CONEX_SEED"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int given
        )
            ? given
            : 20_261_128;
        var random = new Random(seed);
        using var registry = new RegistryServer();
        (string remote, string archive) = Offer(registry);
        house.Do("create", "--name", "keeper", "--network", "none", "box", "echo", "kept").Succeeded();
        string[][] actions =
        [
            ["pull", remote],
            ["load", "-i", archive],
            ["rmi", "-f", "big:1"],
            ["rmi", "-f", remote],
            ["image", "prune", "-a", "-f"],
        ];
        var watch = Stopwatch.StartNew();
        int kills = 0;
        int repairs = 0;
        for (; kills < FewestKills || (kills < MostKills && watch.Elapsed < Bound); kills++)
        {
            List<RunningProgram> running = [house.Begin(actions[random.Next(2)]), house.Begin(actions[random.Next(actions.Length)])];
            Thread.Sleep(random.Next(LargestDelay));
            house.KillDaemon();
            running.ForEach(program => Eventually.True(() => program.HasExited, "the command ends with its daemon"));
            string what = $"seed {seed}, kill {kills}";

            CommandResult check = house.Do("system", "check");
            if (check.ExitCode != 0)
            {
                repairs++;
                house.Do("system", "check", "--repair").Succeeded();
                check = house.Do("system", "check");
            }
            Assert.True(check.ExitCode == 0, $"{what}: {check.Output}{check.Error}");
            foreach (
                string id in house
                    .Do("images", "-q", "--no-trunc", "--filter", "reference=*big*")
                    .Succeeded()
                    .Lines.Where(id => id.Length > 0)
            )
            {
                CommandResult run = house.Do("run", "--rm", "--network", "none", id, "sh", "-c", "wc -c < /random");
                Assert.True(run.Output.Trim() == "12582912", $"{what}: {run.Output}{run.Error}{house.DaemonLog}");
            }
            Assert.Equal("kept", house.Ask("start", "-a", "keeper"));
        }
        Assert.Contains($"Layers: {layers}", house.Ask("info"), StringComparison.Ordinal);
        Assert.True(repairs <= kills / 4, $"{repairs} of {kills} kills left something to repair (seed {seed})");
        house.Do("rm", "keeper").Succeeded();
    }

    [Fact]
    public void What_comes_while_everything_unused_is_removed_is_whole_or_gone()
    {
        using var registry = new RegistryServer();
        (string remote, string archive) = Offer(registry);
        house.RunSleeper("--name", "keeper");
        house.Ask("exec", "keeper", "sh", "-c", "echo committed > /mark");
        string stop = $"{house.Place}/stop";
        RunningProgram pruning = house.BeginProgram(
            "/bin/sh",
            "-c",
            $"while [ ! -e {stop} ]; do $CONEX image prune -a -f; $CONEX rmi -f big:1 committed:1; sleep 0.3; done >/dev/null 2>&1"
        );
        int ran = 0;
        for (int i = 0; i < 12; i++)
        {
            house.Do("pull", remote).Succeeded();
            ran += RunsOrIsGone(remote, "12582912", "sh", "-c", "wc -c < /random");
            house.Do("load", "-i", archive).Succeeded();
            ran += RunsOrIsGone("big:1", "12582912", "sh", "-c", "wc -c < /random");
            house.Do("commit", "keeper", "committed:1").Succeeded();
            ran += RunsOrIsGone("committed:1", "committed", "cat", "/mark");
        }
        File.WriteAllText(stop, "");
        Eventually.True(() => pruning.HasExited, "the removals end");
        Assert.True(ran > 0, "something ran");
        Assert.Equal("committed", house.Ask("exec", "keeper", "cat", "/mark"));

        house.Do("system", "check").Succeeded();
        house.Do("pull", remote).Succeeded();
        Assert.Equal(1, RunsOrIsGone(remote, "12582912", "sh", "-c", "wc -c < /random"));
        house.Do("rm", "-f", "keeper").Succeeded();
        house.Do("image", "prune", "-a", "-f").Succeeded();
        foreach (string place in (string[])["content/blobs/sha256", "content/layers", "layers/sha256", "images/tags", "tmp"])
        {
            Assert.True(house.Stored(place).Length == 0, $"{place} is not empty");
        }
    }

    /// <returns>1 when it ran.</returns>
    private int RunsOrIsGone(string image, string expected, params string[] command)
    {
        CommandResult run = house.Do(["run", "--rm", "--pull", "never", "--network", "none", image, .. command]);
        if (run.ExitCode == 125 && run.Error.Contains("No such image", StringComparison.Ordinal))
        {
            return 0;
        }
        Assert.Equal(expected, run.Succeeded().Text);
        return 1;
    }

    /// <summary>An image of twelve megabytes, in a registry and in an archive, and not here.</summary>
    private (string Remote, string Archive) Offer(RegistryServer registry)
    {
        string tar = $"{house.Place}/big-root.tar";
        house.Prepare();
        File.Copy(TestImages.BoxTar, tar);
        byte[] bytes = new byte[12 << 20];
        new Random(1).NextBytes(bytes);
        string random = $"{house.Place}/random";
        File.WriteAllBytes(random, bytes);
        house.DoOnHost($"tar -C {house.Place} -rf {tar} random").Succeeded();
        house.Do("import", "-c", "CMD sh", tar, "big:1").Succeeded();
        string remote = $"{registry.Host}/big:1";
        house.Do("tag", "big:1", remote).Succeeded();
        house.Do("push", remote).Succeeded();
        string archive = $"{house.Place}/big.tar";
        house.Do("save", "-o", archive, "big:1").Succeeded();
        house.Do("rmi", "big:1", remote).Succeeded();
        return (remote, archive);
    }
}
