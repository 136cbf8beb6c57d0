using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>events: what containerd and docker read.</summary>
public sealed class EventsTests : IDisposable
{
    private const long MiB = 1 << 20;

    /// <summary>The members of runc's statistics on a host with cgroup v1, and of those below them; but for what some kernels do not have
    /// and for the page cache, which is left out when it is 0.</summary>
    private static readonly (string Path, string Members)[] Shape =
    [
        ("", "data id type"),
        ("data", "blkio cpu cpuset hugetlb intel_rdt memory network_interfaces pids"),
        ("data.cpu", "throttling usage"),
        ("data.cpu.usage", "kernel percpu percpu_kernel percpu_user total user"),
        (
            "data.cpuset",
            "cpu_exclusive cpus mem_exclusive mem_hardwall memory_migrate memory_pressure memory_spread_page memory_spread_slab mems sched_load_balance sched_relax_domain_level"
        ),
        ("data.memory", "kernel kernelTCP raw swap usage"),
        ("data.memory.usage", "failcnt limit max usage"),
        ("data.pids", "current limit"),
    ];

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void The_statistics_have_runcs_members_and_the_kernels_numbers()
    {
        Assert.SkipWhen(Machine.HasUnifiedCgroups, "reads the files of cgroup v1; a guest test reads those of v2");
        house.RunDetached(
            house
                .NewBundle()
                .WithResources(
                    new LinuxResources
                    {
                        Memory = new LinuxMemory { Limit = 64 * MiB },
                        Pids = new LinuxPids { Limit = 21 },
                    }
                )
        );
        JsonElement statistics = Statistics();
        foreach ((string path, string members) in Shape)
        {
            string found = string.Join(
                ' ',
                At(statistics, path)
                    .EnumerateObject()
                    .Select(m => m.Name)
                    .Where(n => n is not ("psi" or "cache"))
                    .Order(StringComparer.Ordinal)
            );
            Assert.Equal((path, members), (path, found));
        }
        Assert.Equal("stats", At(statistics, "type").GetString());
        Assert.Equal(house.Id, At(statistics, "id").GetString());
        Assert.Equal(64 * MiB, At(statistics, "data.memory.usage.limit").GetInt64());
        Assert.Equal(21, At(statistics, "data.pids.limit").GetInt32());
        Assert.Equal(1, At(statistics, "data.pids.current").GetInt32());
        Assert.InRange(At(statistics, "data.memory.usage.usage").GetInt64(), 4096, 64 * MiB);
        Assert.InRange(At(statistics, "data.cpu.usage.total").GetInt64(), 1, long.MaxValue);
        Assert.Equal(
            Directory.GetDirectories("/sys/devices/system/cpu", "cpu?").Length,
            At(statistics, "data.cpu.usage.percpu").GetArrayLength()
        );
        Assert.Equal(JsonValueKind.Null, At(statistics, "data.network_interfaces").ValueKind);
        house.Remove();
    }

    [Fact]
    public void Statistics_come_in_intervals_until_the_container_ends()
    {
        house.RunDetached(house.NewBundle());
        using RunningProgram events = house.Begin("events", "--interval=100ms", house.Id);
        Eventually.True(() => events.Output.Split('\n').Length > 3, "three statistics");
        house.Do("kill", house.Id, "KILL").Succeeded();
        CommandResult result = events.Finish().Succeeded();
        Assert.All(
            result.Lines,
            line => Assert.StartsWith($$"""{"type":"stats","id":"{{house.Id}}","data":{""", line, StringComparison.Ordinal)
        );
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Lack_of_memory_is_an_event_and_the_end_is_none()
    {
        house.RunDetached(house.NewBundle().WithResources(new LinuxResources { Memory = new LinuxMemory { Limit = 32 * MiB } }));
        using RunningProgram events = house.Begin("events", "--interval", "1h", house.Id);
        WaitForWatch(events);
        // What is to be waited for is opened a moment before the kernel is told of it.
        Eventually.True(
            () =>
            {
                house.Exec("tail", "/dev/zero").EndedWith(137);
                return events.Output.Contains($$"""{"type":"oom","id":"{{house.Id}}"}""", StringComparison.Ordinal);
            },
            "lack of memory is an event"
        );
        house.Remove();
        Assert.All(events.Finish().Succeeded().Lines, line => Assert.Equal($$"""{"type":"oom","id":"{{house.Id}}"}""", line));
    }

    [Fact]
    public void Removing_a_container_is_no_lack_of_memory()
    {
        house.RunDetached(house.NewBundle());
        using RunningProgram events = house.Begin("events", "--interval", "1h", house.Id);
        WaitForWatch(events);
        house.Remove();
        Assert.Equal("", events.Finish().Succeeded().Output);
    }

    [Fact]
    public void A_stopped_container_a_missing_one_and_a_wrong_interval_are_one_sentence()
    {
        house.Do("events", "--stats", house.Id).FailedWith(1, "container does not exist");
        house.Run(house.NewBundle(), "--keep").Succeeded();
        house.Do("events", "--stats", house.Id).FailedWith(1, $"container with id {house.Id} is not running");
        house.Do("events", "--interval", "0s", house.Id).FailedWith(1, "duration interval must be greater than 0");
        house.Do("events", "--interval", "soon", house.Id).FailedWith(1, "invalid duration \"soon\"");
        house.Remove();
    }

    /// <summary>Its eventfd, or its inotify instance, is open.</summary>
    private static void WaitForWatch(RunningProgram events) =>
        Eventually.True(
            () =>
                Directory
                    .GetFiles($"/proc/{events.Pid}/fdinfo")
                    .Select(LeakCheck.Read)
                    .Any(t => t.Contains("eventfd-count", StringComparison.Ordinal) || t.Contains("inotify wd", StringComparison.Ordinal)),
            "the events command watches"
        );

    private JsonElement Statistics()
    {
        string line = Assert.Single(house.Do("events", "--stats", house.Id).Succeeded().Lines);
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static JsonElement At(JsonElement element, string path) =>
        path.Length == 0 ? element : path.Split('.').Aggregate(element, (e, name) => e.GetProperty(name));
}
