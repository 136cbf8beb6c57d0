using System.Diagnostics;
using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Linux.Tests.Cgroups;

public sealed class CgroupTests
{
    public static TheoryData<CgroupMode> Modes => [CgroupMode.V1, CgroupMode.Hybrid, CgroupMode.V2];

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_cgroup_is_made_in_every_hierarchy_and_removed_from_every_one(CgroupMode mode)
    {
        CgroupHost host = TestCgroup.Host(mode);
        string[] paths;
        using (var test = new TestCgroup(host))
        {
            paths = [.. test.Group.Paths.Values];
            Assert.Equal(host.Hierarchies.Count, paths.Length);
            Assert.All(paths, path => Assert.True(Directory.Exists(path)));
            Assert.True(test.Group.Exists);
            Assert.Equal(mode == CgroupMode.V2, test.Group.Directory is not null);
        }
        Assert.All(paths, path => Assert.False(Directory.Exists(path)));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_process_joins_every_hierarchy(CgroupMode mode)
    {
        CgroupHost host = TestCgroup.Host(mode);
        using var test = new TestCgroup(host);
        Process process = test.Start("exit");

        string membership = File.ReadAllText($"/proc/{process.Id}/cgroup");
        foreach (CgroupHierarchy hierarchy in host.Hierarchies)
        {
            Assert.Contains($":{hierarchy.Name}:{test.Group.Path}\n", membership, StringComparison.Ordinal);
        }
        Assert.Equal([process.Id], test.Group.Processes());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Processes_in_cgroups_below_are_counted_and_killed_and_the_cgroups_removed(CgroupMode mode)
    {
        CgroupHost host = TestCgroup.Host(mode);
        using var test = new TestCgroup(host);
        using var inner = Cgroup.Create(host, test.Group.Path + "/a/b");
        Process process = test.Start("exit");
        inner.AddProcess(process.Id);

        Assert.Equal([process.Id], test.Group.Processes());

        test.Group.Kill(TestCgroup.Patience);
        process.WaitForExit();
        Assert.Equal(128 + (int)Signal.SIGKILL, process.ExitCode);
        test.Group.Delete(TestCgroup.Patience);
        Assert.False(Cgroup.Open(host, inner.Path).Exists);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_frozen_cgroup_reports_it_and_runs_on_when_thawed(CgroupMode mode)
    {
        using var test = new TestCgroup(TestCgroup.Host(mode));
        Process process = test.Start("echo done");

        test.Group.Freeze(TestCgroup.Patience);
        Assert.Equal(FreezerState.Frozen, test.Group.FreezerState);
        test.Group.Thaw(TestCgroup.Patience);
        Assert.Equal(FreezerState.Thawed, test.Group.FreezerState);

        process.StandardInput.WriteLine();
        Assert.Equal("done", process.StandardOutput.ReadToEnd().Trim());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Frozen_processes_are_killed(CgroupMode mode)
    {
        using var test = new TestCgroup(TestCgroup.Host(mode));
        Process process = test.Start("exit");
        test.Group.Freeze(TestCgroup.Patience);

        test.Group.Kill(TestCgroup.Patience);

        process.WaitForExit();
        Assert.Empty(test.Group.Processes());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Killing_outruns_processes_that_fork(CgroupMode mode)
    {
        using var test = new TestCgroup(TestCgroup.Host(mode));
        Process process = test.Start("echo on; f() { while :; do (sleep 60 &); sleep 0.01; done; }; f & f & f");
        process.StandardInput.WriteLine();
        Assert.Equal("on", process.StandardOutput.ReadLine());

        test.Group.Kill(TestCgroup.Patience);

        Assert.Empty(test.Group.Processes());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_signal_reaches_every_process_once(CgroupMode mode)
    {
        using var test = new TestCgroup(TestCgroup.Host(mode));
        Process process = test.Start("exit 1");

        test.Group.Signal(Signal.SIGTERM);

        process.WaitForExit();
        Assert.Equal(128 + (int)Signal.SIGTERM, process.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_cgroup_that_holds_other_processes_is_refused_by_a_sentence_that_names_them(CgroupMode mode)
    {
        CgroupHost host = TestCgroup.Host(mode);
        using var test = new TestCgroup(host);
        Process process = test.Start("exit");

        CgroupException refusal = Assert.Throws<CgroupException>(() => Cgroup.Create(host, test.Group.Path));

        Assert.Contains(
            $"container's cgroup is not empty: 1 process(es) found: {process.Id} (sh, state ",
            refusal.Message,
            StringComparison.Ordinal
        );
        Assert.True(test.Group.Exists);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void An_empty_frozen_cgroup_is_refused(CgroupMode mode)
    {
        CgroupHost host = TestCgroup.Host(mode);
        using var test = new TestCgroup(host);
        test.Group.Freeze(TestCgroup.Patience);

        CgroupException refusal = Assert.Throws<CgroupException>(() => Cgroup.Create(host, test.Group.Path));

        Assert.EndsWith("container's cgroup unexpectedly frozen", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_cgroup_that_exists_is_taken_over()
    {
        CgroupHost host = TestCgroup.Host(CgroupMode.V1);
        using var test = new TestCgroup(host);

        using var again = Cgroup.Create(host, test.Group.Path);

        Assert.True(again.Exists);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Removing_a_cgroup_that_stays_busy_names_the_processes_in_it(CgroupMode mode)
    {
        using var test = new TestCgroup(TestCgroup.Host(mode));
        Process process = test.Start("exit");

        CgroupException refusal = Assert.Throws<CgroupException>(() => test.Group.Delete(TimeSpan.Zero));

        Assert.Contains($"processes stay in it: {process.Id} (sh", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_a_cgroup_that_never_was_is_no_error()
    {
        var absent = Cgroup.Open(CgroupHost.Detect(), "/conex-test-absent/box");

        absent.Kill(TestCgroup.Patience);
        absent.Delete(TestCgroup.Patience);

        Assert.False(absent.Exists);
        Assert.Throws<CgroupException>(() => absent.AddProcess(Environment.ProcessId));
    }

    [Fact]
    public void A_new_cgroup_has_the_cpus_and_memory_nodes_of_its_parent()
    {
        CgroupHost host = TestCgroup.Host(CgroupMode.V1);
        Assert.SkipWhen(host.Find("cpuset") is null, "this machine has no cpuset controller of version 1");
        using var test = new TestCgroup(host);
        using var below = Cgroup.Create(host, test.Group.Path + "/below");

        foreach (string file in new[] { "cpuset.cpus", "cpuset.mems" })
        {
            string root = File.ReadAllText($"{host.Find("cpuset")!.MountPoint}/{file}").Trim();
            Assert.Equal(root, test.Group.Read("cpuset", file));
            Assert.Equal(root, below.Read("cpuset", file));
        }
    }

    [Fact]
    public void A_cgroup_is_found_again_by_its_saved_paths()
    {
        CgroupHost host = TestCgroup.Host(CgroupMode.V1);
        using var test = new TestCgroup(host);
        Process process = test.Start("exit");

        using var again = Cgroup.Open(host, test.Group.Path, test.Group.Paths);

        Assert.Equal([process.Id], again.Processes());
    }

    [Fact]
    public void A_kill_for_lack_of_memory_is_counted()
    {
        CgroupHost host = TestCgroup.Host(CgroupMode.V1);
        Assert.SkipWhen(host.Find("memory") is null, "this machine has no memory controller of version 1");
        using var test = new TestCgroup(host);
        Assert.Equal(0UL, test.Group.OomKills);
        test.Group.Write("memory", "memory.limit_in_bytes", "4194304");
        test.Group.TryWrite("memory", "memory.memsw.limit_in_bytes", "4194304");

        test.Run("head -c 64m /dev/zero | tail -c 64m | wc -c");

        Assert.True(test.Group.OomKills > 0);
        Assert.Equal(4194304UL, test.Group.ReadStatistics().Memory?.Limit);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Statistics_count_what_the_processes_used(CgroupMode mode)
    {
        using var test = new TestCgroup(TestCgroup.Host(mode));
        test.Run("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; head -c 8m /dev/zero | tail -c 8m | wc -c");

        CgroupStatistics statistics = test.Group.ReadStatistics();

        Assert.True(statistics.Cpu!.Total > 0);
        if (mode != CgroupMode.V2)
        {
            Assert.True(statistics.Memory!.Peak > 0);
            Assert.NotEmpty(statistics.Memory.Details);
            Assert.Equal(0UL, statistics.Pids!.Current);
            Assert.Null(statistics.Pids.Limit);
        }
    }

    [Fact]
    public void A_version_2_cgroup_is_given_to_a_user_with_the_files_that_the_kernel_lists()
    {
        using var test = new TestCgroup(TestCgroup.Host(CgroupMode.V2));

        test.Group.Delegate(12345, 54321);

        string path = test.Group.Paths[""];
        Assert.Equal(12345U, PathAt.Status(path)?.UserId);
        Assert.Equal(54321U, PathAt.Status(path + "/cgroup.procs")?.GroupId);
        Assert.Equal(0U, PathAt.Status(path + "/cgroup.freeze")?.UserId);
    }

    [Fact]
    public void A_missing_controller_is_named()
    {
        using var test = new TestCgroup(TestCgroup.Host(CgroupMode.V1));

        CgroupException refusal = Assert.Throws<CgroupException>(() => test.Group.Write("nonesuch", "nonesuch.max", "1"));

        Assert.Contains("no nonesuch controller", refusal.Message, StringComparison.Ordinal);
    }
}
