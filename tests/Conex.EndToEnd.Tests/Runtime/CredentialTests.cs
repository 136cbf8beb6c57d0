using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>User, groups, capabilities, no_new_privs, limits of the payload.</summary>
public sealed class CredentialTests : IDisposable
{
    private const string ShowCapabilities = "grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status | cut -f2";

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Root_has_exactly_the_capabilities_asked_for_and_inherits_none()
    {
        // CHOWN is 0, KILL is 5, NET_BIND_SERVICE is 10.
        TestBundle bundle = house.NewBundle().Capabilities("CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE").Shell(ShowCapabilities);
        const string asked = "0000000000000421";
        const string none = "0000000000000000";
        Assert.Equal([none, asked, asked, asked, none], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void Inheritable_capabilities_are_not_given_unless_they_are_ambient()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p => p with { Capabilities = p.Capabilities! with { Inheritable = p.Capabilities.Bounding } })
            .Shell(ShowCapabilities);
        Assert.Equal("0000000000000000", house.Run(bundle).Succeeded().Lines[0]);
    }

    [Fact]
    public void Without_capabilities_root_has_none()
    {
        TestBundle bundle = house.NewBundle().WithProcess(p => p with { Capabilities = null }).Shell(ShowCapabilities);
        Assert.All(house.Run(bundle).Succeeded().Lines, l => Assert.Equal("0000000000000000", l));
    }

    [Fact]
    public void Another_user_has_none_but_the_ambient_ones()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    User = new User { Uid = 1000, Gid = 1000 },
                    Capabilities = new Capabilities
                    {
                        Bounding = ["CAP_CHOWN", "CAP_NET_BIND_SERVICE"],
                        Permitted = ["CAP_CHOWN", "CAP_NET_BIND_SERVICE"],
                        Effective = ["CAP_CHOWN", "CAP_NET_BIND_SERVICE"],
                        Inheritable = ["CAP_NET_BIND_SERVICE"],
                        Ambient = ["CAP_NET_BIND_SERVICE"],
                    },
                }
            )
            .Shell(ShowCapabilities);
        const string ambient = "0000000000000400";
        Assert.Equal([ambient, ambient, ambient, "0000000000000401", ambient], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void A_user_without_ambient_capabilities_has_empty_sets_but_the_bounding_one()
    {
        TestBundle bundle = house
            .NewBundle()
            .Capabilities("CAP_CHOWN")
            .WithProcess(p =>
                p with
                {
                    User = new User { Uid = 1000, Gid = 1000 },
                }
            )
            .Shell(ShowCapabilities);
        const string none = "0000000000000000";
        Assert.Equal([none, none, none, "0000000000000001", none], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void The_payload_runs_as_its_user_with_its_groups_only()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    User = new User
                    {
                        Uid = 1000,
                        Gid = 1001,
                        AdditionalGids = [50, 7],
                    },
                }
            )
            .Shell("grep -E '^(Uid|Gid|Groups)' /proc/self/status; echo $HOME");
        Assert.Equal(
            ["Uid:\t1000\t1000\t1000\t1000", "Gid:\t1001\t1001\t1001\t1001", "Groups:\t7 50 ", "/home/adam"],
            house.Run(bundle).Succeeded().Lines
        );
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_set_user_ID_program_gives_root_only_without_no_new_privs(bool noNewPrivileges, int errno)
    {
        const int setgroups = 116;
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    NoNewPrivileges = noNewPrivileges,
                    User = new User { Uid = 1000, Gid = 1000 },
                }
            )
            .Program("/probe", ProbeProgram.X64(new ProbeProgram.Call(setgroups, 0, 0)))
            .Command("/probe");
        File.SetUnixFileMode($"{bundle.Rootfs}/probe", (UnixFileMode)0x9ED);
        house.Run(bundle).EndedWith(errno);
    }

    [Fact]
    public void Resource_limits_are_soft_and_hard_as_asked()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    Rlimits = [Limit("RLIMIT_NOFILE", 321, 654), Limit("RLIMIT_CORE", 0, 0), Limit("RLIMIT_STACK", 1 << 20, 4 << 20)],
                }
            )
            .Shell("grep -E '^Max (open files|core|stack)' /proc/self/limits | tr -s ' '");
        Assert.Equal(
            ["Max stack size 1048576 4194304 bytes ", "Max core file size 0 0 bytes ", "Max open files 321 654 files "],
            house.Run(bundle).Succeeded().Lines
        );
    }

    [Theory]
    [InlineData("RLIMIT_NONSENSE", 1, 1, "invalid rlimit type \"RLIMIT_NONSENSE\"")]
    [InlineData("RLIMIT_NOFILE", 2, 1, "a soft limit of 2 above its hard limit of 1")]
    public void A_resource_limit_that_makes_no_sense_is_refused(string type, ulong soft, ulong hard, string phrase) =>
        house.Run(house.NewBundle().WithProcess(p => p with { Rlimits = [Limit(type, soft, hard)] })).FailedWith(1, phrase);

    [Fact]
    public void The_umask_is_the_configurations_or_022()
    {
        Assert.Equal("0022", house.Run(house.NewBundle().Shell("umask")).Text);
        TestBundle bundle = house.NewBundle("other").WithProcess(p => p with { User = new User { Umask = 0x3F } }).Shell("umask");
        Assert.Equal("0077", house.Run(bundle).Text);
    }

    [Fact]
    public void The_OOM_score_is_the_configurations()
    {
        TestBundle bundle = house.NewBundle().WithProcess(p => p with { OomScoreAdj = 321 }).Command("cat", "/proc/self/oom_score_adj");
        Assert.Equal("321", house.Run(bundle).Text);
    }

    [Theory]
    [InlineData("SCHED_OTHER", 3, "3 0")]
    [InlineData("SCHED_BATCH", 7, "7 3")]
    [InlineData("SCHED_IDLE", 0, "0 5")]
    public void The_scheduler_is_the_configurations(string policy, int nice, string shown) =>
        Assert.Equal(shown, Scheduled(new Scheduler { Policy = policy, Nice = nice }));

    [Fact]
    public void The_scheduler_may_be_one_of_deadlines() =>
        Assert.Equal(
            "0 6",
            Scheduled(
                new Scheduler
                {
                    Policy = "SCHED_DEADLINE",
                    Runtime = 1_000_000,
                    Deadline = 5_000_000,
                    Period = 10_000_000,
                }
            )
        );

    [Fact]
    public void The_IO_priority_is_the_configurations()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    IoPriority = new IoPriority { Class = "IOPRIO_CLASS_BE", Priority = 6 },
                }
            )
            .Command("ionice", "-p", "1");
        Assert.Equal("best-effort: prio 6", house.Run(bundle).Text);
    }

    /// <summary>The payload's nice value and the number of its policy (proc_pid_stat(5), sched(7)).</summary>
    private string Scheduled(Scheduler scheduler) =>
        house
            .Run(
                house.NewBundle().WithProcess(p => p with { Scheduler = scheduler }).Command("cut", "-d", " ", "-f19,41", "/proc/self/stat")
            )
            .Text;

    private static Rlimit Limit(string type, ulong soft, ulong hard) =>
        new()
        {
            Type = type,
            Soft = soft,
            Hard = hard,
        };
}
