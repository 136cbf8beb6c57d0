using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Cgroups of an ordinary user's containers: none where the user may make none, below the user's own where it was given away.</summary>
public sealed class RootlessCgroupTests : IDisposable
{
    private static readonly string WayOut = Machine.HasUnifiedCgroups
        ? "systemd-run --user --scope -p Delegate=yes"
        : "start the runtime in a cgroup of each hierarchy that root made and gave to the user";
    private static readonly string[] Given = ["memory", "pids", "freezer"];
    private readonly OrdinaryUser user = new();

    private RuntimeHouse House => user.House;

    public void Dispose()
    {
        foreach (string cgroup in Given.Select(Delegated).Where(Directory.Exists))
        {
            // Its last process may still be ending.
            Eventually.Becomes(
                () => RunningProgram.Run("find", [cgroup, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"]).ExitCode == 0,
                TimeSpan.FromSeconds(5)
            );
        }
        user.Dispose();
    }

    [Fact]
    public void Without_limits_a_container_has_no_cgroup_of_its_own()
    {
        TestBundle bundle = user.NewBundle().WithoutNamespace("cgroup").Shell("cat /proc/self/cgroup; exec sleep 1000000");
        using RunningProgram run = House.BeginRun(bundle, "0::");
        Assert.DoesNotContain(House.Name, run.Output, StringComparison.Ordinal);
        House
            .Do("pause", House.Id)
            .FailedWith(1, $"cannot pause container {House.Id}: it was made without a cgroup of its own: ")
            .FailedWith(1, WayOut);
        House.Do("update", "--memory", "64m", House.Id).FailedWith(1, "it was made without a cgroup of its own").FailedWith(1, WayOut);
        House.Do("events", "--stats", House.Id).FailedWith(1, "was made without a cgroup");
        Assert.Equal("x", House.Exec("echo", "x").Text);
        House.Do("kill", House.Id, "KILL").Succeeded();
        run.Finish();
    }

    [Fact]
    public void A_limit_without_a_cgroup_is_named_with_the_way_out()
    {
        TestBundle bundle = user.NewBundle().WithResources(new LinuxResources { Memory = new LinuxMemory { Limit = 64 << 20 } });
        House.Run(bundle).FailedWith(1, "memory limit: this user may make no cgroup with it").FailedWith(1, WayOut);
    }

    [Fact]
    public void A_path_where_the_user_may_make_no_cgroup_is_refused() =>
        House
            .Run(user.NewBundle().WithLinux(l => l with { CgroupsPath = $"/{House.Name}" }))
            .FailedWith(1, $"linux.cgroupsPath /{House.Name}: this user may not make a cgroup there")
            .FailedWith(1, WayOut);

    [Fact]
    public void Rootless_says_whether_a_container_may_go_without_a_cgroup()
    {
        TestBundle bundle = user.NewBundle();
        bundle.Write();
        House.Do("--rootless", "false", "run", "-b", bundle.Path, House.Id).FailedWith(1, "permission denied");
        House.Do("--rootless", "true", "run", "-b", bundle.Path, House.Id).Succeeded();
        House.Do("--rootless=auto", "run", "-b", bundle.Path, House.Id).Succeeded();
        CommandResult wrong = House.Do("--rootless", "perhaps", "list").EndedWith(1);
        Assert.Contains("--rootless perhaps: known are true, false and auto", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Below_a_delegated_cgroup_limits_hold()
    {
        RequireVersion1();
        TestBundle bundle = user.NewBundle()
            .WithoutNamespace("cgroup")
            .WithResources(
                new LinuxResources
                {
                    Memory = new LinuxMemory { Limit = 64 << 20 },
                    Pids = new LinuxPids { Limit = 20 },
                    Devices = [new LinuxDeviceRule { Allow = false, Access = "rwm" }],
                }
            )
            .Shell("cat /proc/self/cgroup; exec sleep 1000000");
        bundle.Write();
        using RunningProgram run = House.Begin(InDelegated, ["run", "-b", bundle.Path, House.Id]);
        run.WaitForOutput("0::");
        Assert.Contains($":memory:/{House.Name}/conex-{House.Id}\n", run.Output, StringComparison.Ordinal);
        Assert.Contains($":pids:/{House.Name}/conex-{House.Id}\n", run.Output, StringComparison.Ordinal);
        Assert.Equal("67108864", Read("memory", "memory.limit_in_bytes"));
        Assert.Equal("20", Read("pids", "pids.max"));
        // From here on the caller is somewhere else: the record leads to the cgroup.
        House.Do("pause", House.Id).Succeeded();
        Assert.Equal("paused", House.Status());
        Assert.Equal("FROZEN", Read("freezer", "freezer.state"));
        House.Do("resume", House.Id).Succeeded();
        House.Do("update", "--memory", "32m", "--pids-limit", "30", House.Id).Succeeded();
        Assert.Equal("33554432 30", $"{Read("memory", "memory.limit_in_bytes")} {Read("pids", "pids.max")}");
        using (var stats = JsonDocument.Parse(House.Do("events", "--stats", House.Id).Text))
        {
            Assert.Equal(
                33554432,
                stats.RootElement.GetProperty("data").GetProperty("memory").GetProperty("usage").GetProperty("limit").GetInt64()
            );
        }
        Assert.Contains($"/conex-{House.Id}\n", House.Exec("cat", "/proc/self/cgroup").Output, StringComparison.Ordinal);
        House.Do("delete", "--force", House.Id).Succeeded();
        run.WaitForExit();
        Assert.All(Given, controller => Assert.Empty(Directory.GetDirectories(Delegated(controller))));
    }

    [Fact]
    public void A_limit_whose_controller_was_not_given_is_named()
    {
        RequireVersion1();
        TestBundle bundle = user.NewBundle().WithResources(new LinuxResources { Cpu = new LinuxCpu { Shares = 100 } });
        bundle.Write();
        House.DoIn(InDelegated, "run", "-b", bundle.Path, House.Id).FailedWith(1, "CPU shares: this user may make no cgroup with it");
        Assert.All(Given, controller => Assert.Empty(Directory.GetDirectories(Delegated(controller))));
    }

    /// <summary>CVE-2023-25809: what the user may write below /sys/fs/cgroup must not be writable in a container of the user's.</summary>
    [Theory]
    [InlineData("cgroupfs", true)]
    [InlineData("cgroupfs", false)]
    [InlineData("disabled", true)]
    [InlineData("disabled", false)]
    public void The_users_cgroups_cannot_be_written_in_a_container(string manager, bool mountsCgroups)
    {
        RequireVersion1();
        TestBundle bundle = user.NewBundle()
            .WithoutNamespace("cgroup")
            .WithoutNamespace("network")
            .WithoutMount("/sys")
            .WithoutMount("/sys/fs/cgroup")
            .Mount("/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro");
        if (mountsCgroups)
        {
            bundle.Mount("/sys/fs/cgroup", "cgroup", "cgroup", manager == "disabled" ? ["nosuid", "rw"] : ["nosuid", "ro"]);
        }
        bundle.Shell(
            $"for d in $(find /sys/fs/cgroup -name '{House.Name}*') /sys/fs/cgroup/memory; do mkdir $d/made && echo made $d; done; echo end"
        );
        bundle.Write();
        CommandResult result = House.DoIn(InDelegated, "--cgroup-manager", manager, "run", "-b", bundle.Path, House.Id);
        Assert.Equal("end\n", result.Succeeded().Output);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Permission denied", result.Error, StringComparison.Ordinal);
        Assert.All(Given, controller => Assert.Empty(Directory.GetDirectories(Delegated(controller))));
    }

    private static void RequireVersion1() =>
        Assert.SkipWhen(Machine.HasUnifiedCgroups, "this host has cgroup v2 alone, which the guest's tests of rootless containers show");

    private string Delegated(string controller) => $"{Machine.CgroupMount(controller)}/{House.Name}";

    private string Read(string controller, string file) =>
        File.ReadAllText($"{Delegated(controller)}/conex-{House.Id}/{file}").Trim().ToUpper(CultureInfo.InvariantCulture);

    /// <summary>Starts the user's program in cgroups that root made for the user.</summary>
    private void InDelegated(ProcessStartInfo start)
    {
        foreach (string cgroup in Given.Select(Delegated))
        {
            Directory.CreateDirectory(cgroup);
            OrdinaryUser.Chown("-R", cgroup);
        }
        start.Environment[OrdinaryUser.Before] = string.Concat(Given.Select(c => $"echo $$ >{Delegated(c)}/cgroup.procs; "));
    }
}
