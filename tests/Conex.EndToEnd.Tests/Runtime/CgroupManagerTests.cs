using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Who makes cgroups. systemd's side runs in the virtual machine.</summary>
public sealed class CgroupManagerTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Without_a_manager_a_container_stays_in_its_starters_cgroups()
    {
        TestBundle bundle = house.NewBundle().WithoutNamespace("cgroup").Command("sleep", "1000000");
        using RunningProgram created = Create(bundle);
        created.WaitForExit().Succeeded();
        house.Do("start", house.Id).Succeeded();
        Assert.Equal(File.ReadAllText("/proc/self/cgroup"), File.ReadAllText($"/proc/{house.InitPid}/cgroup"));
        Assert.Empty(house.Leaks.CgroupDirectories());
        house.Exec("true").Succeeded();
        house.Do("pause", house.Id).FailedWith(1, "it was made without a cgroup of its own");
        house.Do("update", "--pids-limit", "5", house.Id).FailedWith(1, "it was made without a cgroup of its own");
        house.Do("events", "--stats", house.Id).FailedWith(1, "was made without a cgroup");
        Assert.Equal($"[{house.InitPid}]", house.Do("ps", "--format", "json", house.Id).Text);
        house.Do("kill", "--all", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Delete_by_force_ends_a_container_without_a_cgroup()
    {
        using RunningProgram created = Create(house.NewBundle().Command("sleep", "1000000"));
        created.WaitForExit().Succeeded();
        int init = house.InitPid;
        house.Remove();
        Assert.DoesNotContain(init, house.Leaks.ProcessNumbers());
    }

    [Fact]
    public void Limits_without_a_cgroup_are_an_error()
    {
        TestBundle bundle = house.NewBundle().WithResources(new LinuxResources { Pids = new LinuxPids { Limit = 5 } });
        bundle.Write();
        house
            .Do("--cgroup-manager", "disabled", "run", "--bundle", bundle.Path, house.Id)
            .FailedWith(1, "limit of processes: --cgroup-manager disabled makes no cgroup");
    }

    [Theory]
    [InlineData("--systemd-cgroup")]
    [InlineData("--cgroup-manager=systemd")]
    public void Cgroups_by_systemd_where_none_runs_are_an_error(string option)
    {
        Assert.SkipWhen(Directory.Exists("/run/systemd/system"), "systemd runs on this host");
        TestBundle bundle = house.NewBundle();
        bundle.Write();
        house.Do(option, "run", "--bundle", bundle.Path, house.Id).FailedWith(1, "does systemd run here?");
    }

    [Fact]
    public void The_features_name_the_managers_and_the_annotations_that_reach_systemd()
    {
        using var features = JsonDocument.Parse(house.Do("features").Text);
        JsonElement cgroup = features.RootElement.GetProperty("linux").GetProperty("cgroup");
        Assert.Equal("""{"v1":true,"v2":true,"systemd":true,"systemdUser":true,"rdma":true}""", cgroup.GetRawText());
        Assert.Contains(
            "org.systemd.property.",
            features.RootElement.GetProperty("potentiallyUnsafeConfigAnnotations").EnumerateArray().Select(a => a.GetString())
        );
    }

    [Fact]
    public void Another_manager_is_unknown() =>
        house.Do("--cgroup-manager", "openrc", "list").FailedWith(1, "--cgroup-manager openrc: known are cgroupfs, systemd and disabled");

    private RunningProgram Create(TestBundle bundle)
    {
        bundle.Write();
        return house.Begin("--cgroup-manager", "disabled", "create", "--bundle", bundle.Path, house.Id);
    }
}
