using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What is done while a program ends at a named step, and what has to be true afterwards.</summary>
internal sealed record CrashScenario
{
    private const string Name = "crashed";
    private const string Image = "crash:1";
    private const string Numbers = "i=1; while [ $i -le 4000 ]; do echo $i; i=$((i+1)); done";

    /// <summary>Before: nothing crashes yet.</summary>
    internal Action<EngineHouse> Prepare { get; private init; } = static _ => { };

    /// <summary>What visits the step. Its commands may fail.</summary>
    internal required Action<EngineHouse> Act { get; init; }

    /// <summary>With the next daemon: done or undone, and usable.</summary>
    internal required Action<EngineHouse> Check { get; init; }

    /// <summary>The scenario that visits a step; null when there is none.</summary>
    internal static CrashScenario? For(string step) =>
        step switch
        {
            "container.create.directory-made" or "container.create.layer-made" => RunThen(IsAbsent),
            "container.create.record-written" => RunThen(IsUsable),
            "container.start.record-written" => new() { Act = h => Run(h, ["--rm"], Sleep), Check = IsAbsentOrRuns },
            "container.start.failure-written" => new() { Act = h => Run(h, [], "no-such-program"), Check = IsRemovable },
            "monitor.start.listening" or "monitor.start.launched" => RunThen(IsUsable),
            "monitor.log.written" => new() { Act = h => Run(h, [], "sh", "-c", "echo line; sleep 1000000"), Check = HasDiedWithItsMonitor },
            "monitor.exit.engine-started" => new() { Act = EndAlone, Check = h => HasEnded(h, 5) },
            _ when IsOne(step, "container.start.") => RunThen(IsUsable),
            _ when IsOne(step, "container.exit.", "monitor.exit.") => new()
            {
                Act = h => Run(h, [], "sh", "-c", "exit 5"),
                Check = h => HasEnded(h, 5),
            },
            _ when IsOne(step, "container.remove.") => new()
            {
                Prepare = StartSleeper,
                Act = h => h.Do("rm", "-f", Name),
                Check = IsAbsent,
            },
            _ when IsOne(step, "exec.") => new()
            {
                Prepare = StartSleeper,
                Act = h => h.Do("exec", Name, "sh", "-c", "echo in exec"),
                Check = CanExec,
            },
            _ when IsOne(step, "monitor.rotate.") => new()
            {
                Act = h => Run(h, ["--log-opt", "max-size=20k", "--log-opt", "max-file=3"], "sh", "-c", Numbers),
                Check = LogIsWhole,
            },
            "image.catalog.record-removed" or "image.catalog.tag-removed" or "layer.remove.detached" or "blob.layer.record-removed" => new()
            {
                Prepare = Load,
                Act = h => h.Do("rmi", Image),
                Check = ImageIsWholeOrAbsent,
            },
            _ when IsOne(step, "image.commit.") => new()
            {
                Prepare = StartSleeper,
                Act = h => h.Do("commit", Name, "committed:1"),
                Check = h =>
                {
                    CanExec(h);
                    Assert.Empty(Directory.GetFiles($"{h.RunRoot}/containers", "committing", SearchOption.AllDirectories));
                },
            },
            "layer.replace.exchanged" => new()
            {
                Prepare = LoseRecord,
                Act = h => h.Do("system", "check", "--repair"),
                Check = ImageIsWholeOrAbsent,
            },
            "layer.index.written" => new()
            {
                Prepare = LoseIndexes,
                Act = h => Run(h, [], Sleep),
                Check = IsUsable,
            },
            "layer.tree.unpacked" => new()
            {
                Prepare = h => h.Environment["CONEX_LAYERS"] = "unpacked",
                Act = h => Run(h, [], Sleep),
                Check = IsUsable,
            },
            _ when IsOne(step, "image.mount.") => new()
            {
                Prepare = Load,
                Act = h => h.Do("image", "mount", Image),
                Check = ImageIsMountedOrNot,
            },
            _ when IsOne(step, "image.unmount.") => new()
            {
                Prepare = h =>
                {
                    Load(h);
                    h.Do("image", "mount", Image).Succeeded();
                },
                Act = h => h.Do("image", "unmount", Image),
                Check = ImageIsMountedOrNot,
            },
            "layer.unpack.tar-adopted" => new()
            {
                // The archive's large layer is the one that this image has too.
                Prepare = h => h.Do("rmi", "box").Succeeded(),
                Act = LoadPlain,
                Check = ImageIsWholeOrAbsent,
            },
            _ when IsOne(step, "image.import.") => new()
            {
                Act = h => h.Do("import", TestImages.BoxTar, "imported:1"),
                Check = ImageIsWholeOrAbsent,
            },
            _ when IsOne(step, "image.pull.") => new() { Act = PullFromRegistry, Check = ImageIsWholeOrAbsent },
            _ when IsOne(step, "image.", "blob.", "layer.") => new() { Act = h => Load(h), Check = ImageIsWholeOrAbsent },
            _ => null,
        };

    private static bool IsOne(string step, params string[] kinds) =>
        Array.Exists(kinds, kind => step.StartsWith(kind, StringComparison.Ordinal));

    private static readonly string[] Sleep = ["sleep", "1000000"];

    private static void ImageIsMountedOrNot(EngineHouse house)
    {
        string place = $"{house.DataRoot}/mounts";
        string[] listed = house.Ask("image", "mount", "--format", "{{.Path}}").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(listed, Directory.GetDirectories(place).Where(path => !path.EndsWith("/.empty", StringComparison.Ordinal)));
        string path = house.Ask("image", "mount", Image);
        Assert.True(File.Exists($"{path}/bin/busybox"));
        house.Do("image", "unmount", Image).Succeeded();
        Assert.False(Directory.Exists(path));
    }

    private static CrashScenario RunThen(Action<EngineHouse> check) => new() { Act = h => Run(h, [], Sleep), Check = check };

    private static void Run(EngineHouse house, string[] options, params string[] command) =>
        house.Do(["run", "-d", "--name", Name, "--network", "none", .. options, "box", .. command]);

    private static void StartSleeper(EngineHouse house) => house.RunSleeper("--name", Name);

    private static void LoseIndexes(EngineHouse house)
    {
        foreach (string index in Directory.GetFiles($"{house.DataRoot}/layers", "layer.erofs", SearchOption.AllDirectories))
        {
            File.Delete(index);
        }
    }

    private static void LoseRecord(EngineHouse house)
    {
        Load(house);
        File.Delete(Directory.GetFiles($"{house.DataRoot}/layers", "layer.json", SearchOption.AllDirectories)[0]);
    }

    private static void Load(EngineHouse house)
    {
        using var archive = new ImageArchive("a mark");
        house.Do("load", "-i", archive.Oci($"{house.Place}/crash.tar", Image));
    }

    /// <summary>As tars, of which one is large enough to lie on the disk before it is understood.</summary>
    private static void LoadPlain(EngineHouse house)
    {
        using var archive = new ImageArchive("a mark");
        house.Do("load", "-i", archive.Docker($"{house.Place}/crash.tar", Image));
    }

    /// <summary>The engine comes back for a second pull, which goes on with what the first one left.</summary>
    private static void PullFromRegistry(EngineHouse house)
    {
        using var registry = new RegistryServer();
        using var archive = new ImageArchive("pulled");
        string tar = archive.Oci($"{house.Place}/pull.tar", Image);
        string name = $"{registry.Host}/crash:2";
        house.DoProgram("skopeo", "copy", "-q", "--dest-tls-verify=false", $"oci-archive:{tar}", $"docker://{name}").Succeeded();
        house.Do("pull", name);
    }

    /// <summary>The container ends while there is no daemon.</summary>
    private static void EndAlone(EngineHouse house)
    {
        Run(house, ["-v", $"{house.Place}:/v"], "sh", "-c", "while [ ! -e /v/go ]; do sleep 0.05; done; exit 5");
        house.KillDaemon();
        house.WriteFile("go", "");
    }

    private static void IsAbsent(EngineHouse house)
    {
        Assert.Null(house.TryInspect(Name));
        Assert.Empty(EngineRemains.Entries($"{house.DataRoot}/containers"));
        // The name is free.
        house.Do("create", "--name", Name, "box").Succeeded();
    }

    private static void IsAbsentOrRuns(EngineHouse house)
    {
        if (house.TryInspect(Name) is not null)
        {
            CanExec(house);
        }
    }

    private static void IsUsable(EngineHouse house)
    {
        house.Do("start", Name).Succeeded();
        CanExec(house);
    }

    private static void CanExec(EngineHouse house)
    {
        Assert.Equal("running", house.Status(Name));
        Assert.Equal("fine", house.Ask("exec", Name, "echo", "fine"));
        string id = house.Ask("inspect", "-f", "{{.Id}}", Name);
        Eventually.True(() => EngineRemains.Entries($"{house.RunRoot}/containers/{id}/exec").Length == 0, "no exec is left");
        Assert.Single(house.Ask("top", Name).Split('\n')[1..]);
    }

    private static void IsRemovable(EngineHouse house)
    {
        Assert.Contains(house.Status(Name), (string[])["created", "exited"]);
        house.WaitForNoTraceOf(house.Ask("inspect", "-f", "{{.Id}}", Name));
        house.Do("rm", Name).Succeeded();
    }

    private static void HasEnded(EngineHouse house, int code)
    {
        Assert.Equal($"{code}", house.Ask("wait", Name));
        Assert.Equal("exited", house.Status(Name));
        house.WaitForNoTraceOf(house.Ask("inspect", "-f", "{{.Id}}", Name));
    }

    private static void HasDiedWithItsMonitor(EngineHouse house)
    {
        HasEnded(house, 137);
        Assert.Equal("the monitor of the container died", house.State(Name).GetProperty("Error").GetString());
        Assert.Equal("line", house.Ask("logs", Name));
        IsUsable(house);
    }

    private static void LogIsWhole(EngineHouse house)
    {
        HasEnded(house, 137);
        int[] numbers = [.. house.Do("logs", Name).Succeeded().Lines.Select(int.Parse)];
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Length), numbers);
        // The log goes on after it.
        house.Do("start", "-a", Name).Succeeded();
        Assert.EndsWith("3999\n4000", house.Ask("logs", Name), StringComparison.Ordinal);
    }

    private static void ImageIsWholeOrAbsent(EngineHouse house)
    {
        foreach (string image in house.Do("images", "--format", "{{.ID}} {{.Repository}}").Succeeded().Lines)
        {
            if (!image.EndsWith(" hello", StringComparison.Ordinal))
            {
                house.Do("run", "--rm", "--network", "none", image.Split(' ')[0], "true").Succeeded();
            }
        }
        Load(house);
        Assert.Equal("a mark", house.Ask("run", "--rm", "--network", "none", Image));
        house.Do(["rmi", .. house.Do("images", "-q", "--no-trunc").Lines.Distinct().SelectMany(i => (string[])["-f", i])]).Succeeded();
        string[] left =
        [
            .. house.Stored("content/blobs/sha256", "content/layers", "layers/sha256", "images/tags", "tmp"),
            .. Directory.GetFiles($"{house.DataRoot}/images"),
        ];
        Assert.True(left.Length == 0, $"images that are removed left:\n{string.Join('\n', left)}");
    }
}
