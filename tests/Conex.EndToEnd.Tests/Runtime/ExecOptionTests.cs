using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What an exec is told beside its command.</summary>
public sealed class ExecOptionTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_variable_that_is_set_again_has_the_last_value()
    {
        house.RunDetached(house.NewBundle().WithProcess(p => p with { Env = [.. p.Env!, "COLOUR=red", "HOME="] }));
        CommandResult result = house.Do(
            "exec",
            "-e",
            "COLOUR=green",
            "-e",
            "COLOUR=blue",
            house.Id,
            "sh",
            "-c",
            "cat /proc/self/environ | tr '\\0' '\\n' | grep -E '^(COLOUR|HOME)='"
        );
        Assert.Equal(["COLOUR=blue", "HOME=/root"], result.Succeeded().Lines.Order(StringComparer.Ordinal));
        house.Remove();
    }

    [Fact]
    public void The_CPUs_are_set_before_and_after_the_cgroup_is_joined()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "this machine has one processor");
        house.RunDetached(house.NewBundle());
        string process = house.WriteFile(
            "process.json",
            """{"args":["grep","Cpus_allowed_list","/proc/self/status"],"env":["PATH=/bin"],"cwd":"/","execCPUAffinity":{"initial":"1","final":"0"}}"""
        );
        Assert.Equal("Cpus_allowed_list:\t0", house.Do("exec", "--process", process, house.Id).Text);
        File.WriteAllText(process, File.ReadAllText(process).Replace(",\"final\":\"0\"", "", StringComparison.Ordinal));
        Assert.Equal("Cpus_allowed_list:\t1", house.Do("exec", "--process", process, house.Id).Text);
        File.WriteAllText(process, File.ReadAllText(process).Replace("\"1\"", "\"1-\"", StringComparison.Ordinal));
        house.Do("exec", "--process", process, house.Id).FailedWith(255, "\"1-\" is no list of CPUs like 0-3,7");
        house.Remove();
    }

    [Fact]
    public void The_scheduler_and_the_IO_priority_of_the_process_hold_for_an_exec()
    {
        house.RunDetached(house.NewBundle());
        string process = house.WriteFile(
            "process.json",
            """{"args":["sh","-c","cut -d' ' -f19,41 /proc/self/stat; ionice -p $$"],"env":["PATH=/bin"],"cwd":"/","scheduler":{"policy":"SCHED_BATCH","nice":5},"ioPriority":{"class":"IOPRIO_CLASS_BE","priority":6}}"""
        );
        // Nice 5, SCHED_BATCH is 3.
        Assert.Equal(["5 3", "best-effort: prio 6"], house.Do("exec", "--process", process, house.Id).Succeeded().Lines);
        house.Remove();
    }

    [Fact]
    public void The_limits_the_score_and_the_umask_of_the_process_hold_for_an_exec()
    {
        house.RunDetached(house.NewBundle());
        string process = house.WriteFile(
            "process.json",
            """
            {"args":["sh","-c","grep 'open files' /proc/self/limits | tr -s ' '; cat /proc/self/oom_score_adj; umask"],"env":["PATH=/bin"],"cwd":"/",
             "user":{"umask":63},"rlimits":[{"type":"RLIMIT_NOFILE","soft":321,"hard":654}],"oomScoreAdj":200}
            """
        );
        Assert.Equal(["Max open files 321 654 files ", "200", "0077"], house.Do("exec", "--process", process, house.Id).Succeeded().Lines);
        house.Remove();
    }

    [Fact]
    public void An_exec_may_have_no_new_privileges_although_the_container_may()
    {
        house.RunDetached(house.NewBundle().WithProcess(p => p with { NoNewPrivileges = false }));
        string[] look = [house.Id, "grep", "NoNewPrivs", "/proc/self/status"];
        Assert.Equal("NoNewPrivs:\t0", house.Do(["exec", .. look]).Text);
        Assert.Equal("NoNewPrivs:\t1", house.Do(["exec", "--no-new-privs", .. look]).Text);
        house.Remove();
    }

    [Fact]
    public void A_profile_that_cannot_be_had_is_an_error()
    {
        house.RunDetached(house.NewBundle());
        house.Do("exec", "--apparmor", "some-profile", house.Id, "true").FailedWith(255, "apply the AppArmor profile some-profile: ");
        house.Do("exec", "--process-label", "a:b:c:s0", house.Id, "true").FailedWith(255, "a:b:c:s0");
        house.Remove();
    }

    [Fact]
    public void An_exec_may_go_to_a_cgroup_below_the_containers()
    {
        house.RunDetached(house.NewBundle());
        string own = LeakCheck.Read($"/proc/{house.InitPid}/cgroup");
        string below = house.Leaks.CgroupDirectories().First(d => d.Contains("/pids/", StringComparison.Ordinal));
        Directory.CreateDirectory($"{below}/sub");
        string[] lines = house.Do("exec", "--cgroup", "pids:sub", house.Id, "cat", "/proc/self/cgroup").Succeeded().Lines;
        Assert.Contains(lines, l => l.EndsWith(":pids:/sub", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.EndsWith(":memory:/", StringComparison.Ordinal));
        // A path alone is for every hierarchy that has it; into the version 2 tree the process is born.
        string unified = house.Leaks.CgroupDirectories().First(d => d.Contains("/unified/", StringComparison.Ordinal));
        Directory.CreateDirectory($"{unified}/sub");
        lines = house.Do("exec", "--cgroup", "/sub", house.Id, "cat", "/proc/self/cgroup").Succeeded().Lines;
        Assert.Contains(lines, l => l.EndsWith(":pids:/sub", StringComparison.Ordinal));
        Assert.Contains("0::/sub", lines);
        house.Do("exec", "--cgroup", "pids:none", house.Id, "true").FailedWith(255, "does not exist");
        house.Do("exec", "--cgroup", "nonsense:sub", house.Id, "true").FailedWith(255, "no cgroup controller \"nonsense\"");
        house.Do("exec", "--cgroup", "pids:../..", house.Id, "true").FailedWith(255, "must lie below the container's cgroup");
        Assert.Equal(own, LeakCheck.Read($"/proc/{house.InitPid}/cgroup"));
        house.Remove();
    }

    [Fact]
    public void An_exec_in_a_paused_container_waits_for_its_resume_when_it_may()
    {
        house.RunDetached(house.NewBundle());
        house.Do("pause", house.Id).Succeeded();
        using RunningProgram exec = house.Begin("exec", "--ignore-paused", house.Id, "echo", "after");
        Eventually.True(() => Members().Length == 2, "the exec's process is in the container");
        Assert.Equal("", exec.Output);
        house.Do("resume", house.Id).Succeeded();
        Assert.Equal("after", exec.Finish().Text);
        house.Remove();
    }

    [Fact]
    public void A_descriptor_to_preserve_must_be_open()
    {
        house.RunDetached(house.NewBundle());
        house.Do("exec", "--preserve-fds", "20", house.Id, "true").FailedWith(255, "--preserve-fds 20: descriptor");
        house.Remove();
    }

    private int[] Members() => JsonSerializer.Deserialize<int[]>(house.Do("ps", "-f", "json", house.Id).Text)!;
}
