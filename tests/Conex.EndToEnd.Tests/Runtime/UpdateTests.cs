using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>update: what is given changes, in the kernel's files, and nothing else.</summary>
public sealed class UpdateTests : IDisposable
{
    private const long MiB = 1 << 20;
    private readonly RuntimeHouse house = new();

    public UpdateTests() => Assert.SkipWhen(Machine.HasUnifiedCgroups, "reads the files of cgroup v1; the guest tests read those of v2");

    public void Dispose() => house.Dispose();

    [Fact]
    public void Every_option_is_in_its_file()
    {
        Start(new LinuxResources());
        Update(
            "--memory",
            "64m",
            "--memory-swap",
            "128MiB",
            "--memory-reservation",
            "33554432",
            "--cpu-share",
            "512",
            "--cpu-period",
            "50000",
            "--cpu-quota=25000",
            "--cpu-burst",
            "5000",
            "--cpuset-cpus",
            "0",
            "--cpuset-mems",
            "0",
            "--pids-limit",
            "44"
        );
        Assert.Equal("67108864", Read("memory", "memory.limit_in_bytes"));
        Assert.Equal("134217728", Read("memory", "memory.memsw.limit_in_bytes"));
        Assert.Equal("33554432", Read("memory", "memory.soft_limit_in_bytes"));
        Assert.Equal("512", Read("cpu", "cpu.shares"));
        Assert.Equal("50000", Read("cpu", "cpu.cfs_period_us"));
        Assert.Equal("25000", Read("cpu", "cpu.cfs_quota_us"));
        Assert.Equal("5000", Read("cpu", "cpu.cfs_burst_us"));
        Assert.Equal("0", Read("cpuset", "cpuset.cpus"));
        Assert.Equal("44", Read("pids", "pids.max"));
        Update("--cpu-idle", "1");
        Assert.Equal("1", Read("cpu", "cpu.idle"));
        house.Remove();
    }

    [Fact]
    public void Minus_one_lifts_a_limit()
    {
        Start(
            new LinuxResources
            {
                Memory = new LinuxMemory { Limit = 64 * MiB, Swap = 64 * MiB },
                Pids = new LinuxPids { Limit = 20 },
            }
        );
        string unlimited = File.ReadAllText($"{Machine.CgroupMount("memory")}/memory.limit_in_bytes").TrimEnd('\n');
        Update("--memory", "-1", "--cpu-quota", "-1", "--pids-limit", "-1");
        Assert.Equal(unlimited, Read("memory", "memory.limit_in_bytes"));
        Assert.Equal(unlimited, Read("memory", "memory.memsw.limit_in_bytes"));
        Assert.Equal("max", Read("pids", "pids.max"));
        house.Remove();
    }

    [Theory]
    [InlineData("-")]
    [InlineData("file")]
    public void Limits_come_as_JSON_and_memory_with_swap_grows_and_shrinks(string source)
    {
        Start(
            new LinuxResources
            {
                Memory = new LinuxMemory { Limit = 32 * MiB, Swap = 32 * MiB },
            }
        );
        foreach (long limit in (long[])[128 * MiB, 16 * MiB, 64 * MiB])
        {
            string json =
                $$"""{"memory":{"limit":{{limit}},"swap":{{limit}}},"cpu":{"realtimeRuntime":0},"pids":{"limit":0},"unknown":1}""";
            string file = source == "-" ? "-" : house.WriteFile("resources.json", json);
            RunningProgram
                .Run(house.Program, ["--root", house.StateRoot, "update", "--resources", file, house.Id], input: source == "-" ? json : "")
                .Succeeded();
            Assert.Equal(RuntimeHouse.Text(limit), Read("memory", "memory.limit_in_bytes"));
            Assert.Equal(RuntimeHouse.Text(limit), Read("memory", "memory.memsw.limit_in_bytes"));
        }
        Assert.Equal("1", Read("pids", "pids.max"));
        house.Remove();
    }

    [Fact]
    public void An_update_without_limits_changes_nothing_and_old_kernel_memory_options_are_ignored()
    {
        Start(new LinuxResources { Memory = new LinuxMemory { Limit = 64 * MiB } });
        Update();
        CommandResult result = house.Do("update", "--kernel-memory", "50m", "--kernel-memory-tcp", "50m", house.Id).Succeeded();
        Assert.Contains("Kernel memory settings are ignored", result.Error, StringComparison.Ordinal);
        Assert.Equal("67108864", Read("memory", "memory.limit_in_bytes"));
        house.Remove();
    }

    [Fact]
    public void A_refused_limit_names_its_file_and_leaves_the_others_as_they_were()
    {
        Start(
            new LinuxResources
            {
                Pids = new LinuxPids { Limit = 20 },
                Cpu = new LinuxCpu { Shares = 300 },
            }
        );
        house
            .Do("update", "--cpu-share", "100", "--cpuset-cpus", "4000", "--pids-limit", "9", house.Id)
            .FailedWith(1, "write 4000 to cpuset.cpus");
        Assert.Equal("300", Read("cpu", "cpu.shares"));
        Assert.Equal("20", Read("pids", "pids.max"));
        house.Remove();
    }

    [Fact]
    public void A_block_IO_weight_is_in_the_schedulers_file()
    {
        Start(new LinuxResources());
        string[] files = ["blkio.weight", "blkio.bfq.weight"];
        string? file = Array.Find(files, f => File.Exists($"{Machine.CgroupMount("blkio")}/conex/{house.Id}/{f}"));
        CommandResult result = house.Do("update", "--blkio-weight", "321", house.Id).Succeeded();
        if (file is null)
        {
            Assert.Contains("no I/O scheduler of this kernel has weights", result.Error, StringComparison.Ordinal);
        }
        else
        {
            Assert.EndsWith("321", Read("blkio", file), StringComparison.Ordinal);
        }
        house.Remove();
    }

    [Fact]
    public void A_memory_limit_below_the_usage_is_refused_with_the_usage()
    {
        Start(new LinuxResources());
        house.Do("update", "--memory", "1", house.Id).FailedWith(1, "unable to set memory limit to 1 (current usage: ");
        house.Remove();
    }

    [Fact]
    public void Device_rules_are_replaced_when_they_differ_and_left_alone_when_not()
    {
        LinuxDeviceRule denied = new() { Allow = false, Access = "rwm" };
        Start(new LinuxResources { Devices = [denied] });
        string list = $"{Machine.CgroupMount("devices")}/conex/{house.Id}";
        // What a device plugin would do.
        File.WriteAllText($"{list}/devices.allow", "c 4:64 rw");
        UpdateFrom("""{"devices":[{"allow":false,"access":"rwm"}],"pids":{"limit":30}}""");
        Assert.Contains("c 4:64 rw", File.ReadAllLines($"{list}/devices.list"));
        UpdateFrom("""{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":4,"minor":65,"access":"r"}]}""");
        string[] rules = File.ReadAllLines($"{list}/devices.list");
        Assert.Contains("c 4:65 rm", rules);
        Assert.DoesNotContain("c 4:64 rw", rules);
        Assert.Contains("c 1:3 rwm", rules);
        house.Remove();
    }

    [Fact]
    public void A_later_update_knows_the_limits_of_an_earlier_one()
    {
        Start(new LinuxResources());
        Update("--cpu-quota", "30000", "--pids-limit", "40");
        string record = File.ReadAllText($"{house.StateRoot}/{house.Id}/state.json");
        Assert.Contains("\"quota\":30000", record, StringComparison.Ordinal);
        Assert.Contains("\"pids\":{\"limit\":40}", record, StringComparison.Ordinal);
        Update("--cpu-period", "60000");
        Assert.Contains("\"quota\":30000", File.ReadAllText($"{house.StateRoot}/{house.Id}/state.json"), StringComparison.Ordinal);
        Assert.Equal("running", house.Status());
        house.Remove();
    }

    [Fact]
    public void A_paused_container_can_be_updated()
    {
        Start(new LinuxResources());
        house.Do("pause", house.Id).Succeeded();
        Update("--pids-limit", "12");
        Assert.Equal("12", Read("pids", "pids.max"));
        Assert.Equal("paused", house.Status());
        house.Remove();
    }

    [Fact]
    public void A_stopped_container_and_a_missing_one_are_refused_in_runcs_words()
    {
        house.Run(house.NewBundle(), "--keep").Succeeded();
        house.Do("update", "--memory", "100m", house.Id).FailedWith(1, "container not running");
        house.Remove();
        house.Do("update", "--memory", "100m", house.Id).FailedWith(1, "container does not exist");
    }

    [Theory]
    [InlineData("--memory", "20q", "invalid value for memory: invalid size: '20q'")]
    [InlineData("--cpu-period", "5x", "invalid value for cpu-period")]
    [InlineData("--cpu-idle", "2", "it must be 0 or 1")]
    [InlineData("--blkio-weight", "5", "invalid value for blkio-weight")]
    [InlineData("--resources", "/nonexistent", "/nonexistent: no such file or directory")]
    [InlineData("--l3-cache-schema", "L3:0=f", "Intel RDT/CAT: l3 cache schema is not enabled")]
    public void A_wrong_value_is_one_sentence(string option, string value, string expected)
    {
        Start(new LinuxResources());
        house.Do("update", option, value, house.Id).FailedWith(1, expected);
        house.Remove();
    }

    [Theory]
    [InlineData("{bad")]
    [InlineData("""{"memory":{"limit":"much"}}""")]
    [InlineData("[]")]
    public void What_is_no_JSON_of_limits_is_one_sentence(string json)
    {
        Start(new LinuxResources());
        RunningProgram
            .Run(house.Program, ["--root", house.StateRoot, "update", "-r", "-", house.Id], input: json)
            .FailedWith(1, "--resources -: ");
        house.Remove();
    }

    private void Start(LinuxResources resources) => house.RunDetached(house.NewBundle().WithResources(resources));

    private void Update(params string[] options) => house.Do(["update", .. options, house.Id]).Succeeded();

    private void UpdateFrom(string json) => Update("--resources", house.WriteFile("change.json", json));

    private string Read(string controller, string file) =>
        File.ReadAllText($"{Machine.CgroupMount(controller)}/conex/{house.Id}/{file}").TrimEnd('\n');
}
