using System.Globalization;
using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Each namespace is new, the host's, or joined by its path, as the configuration says.</summary>
public sealed class NamespaceTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("cgroup", "cgroup")]
    [InlineData("ipc", "ipc")]
    [InlineData("mount", "mnt")]
    [InlineData("network", "net")]
    [InlineData("pid", "pid")]
    [InlineData("time", "time")]
    [InlineData("user", "user")]
    [InlineData("uts", "uts")]
    public void A_namespace_in_the_configuration_is_new(string type, string file)
    {
        TestBundle bundle = type == "user" ? house.NewBundle().WithUserNamespace() : house.NewBundle().AddNamespace(type);
        Assert.NotEqual(OfHost(file), house.Run(bundle.Command("readlink", $"/proc/self/ns/{file}")).Text);
    }

    [Theory]
    [InlineData("cgroup", "cgroup")]
    [InlineData("ipc", "ipc")]
    [InlineData("network", "net")]
    [InlineData("pid", "pid")]
    [InlineData("time", "time")]
    [InlineData("user", "user")]
    [InlineData("uts", "uts")]
    public void A_namespace_that_is_not_in_the_configuration_is_the_hosts(string type, string file)
    {
        TestBundle bundle = house.NewBundle().WithoutNamespace(type).WithoutMount("/dev/mqueue").With(s => s with { Hostname = null });
        Assert.Equal(OfHost(file), house.Run(bundle.Command("readlink", $"/proc/self/ns/{file}")).Text);
    }

    [Theory]
    [InlineData("cgroup", "cgroup")]
    [InlineData("ipc", "ipc")]
    [InlineData("network", "net")]
    [InlineData("pid", "pid")]
    [InlineData("time", "time")]
    [InlineData("user", "user")]
    [InlineData("uts", "uts")]
    public void A_namespace_with_a_path_is_joined(string type, string file)
    {
        TestBundle holder = type == "user" ? house.NewBundle("holder").WithUserNamespace() : house.NewBundle("holder").AddNamespace(type);
        using RunningProgram running = house.BeginRun(holder.Shell("echo ready; exec sleep 1000000"), until: "ready");
        string path = $"/proc/{house.InitPid}/ns/{file}";
        string wanted = File.ResolveLinkTarget(path, returnFinalTarget: false)!.Name;
        TestBundle joiner = house
            .NewBundle("joiner")
            .AddNamespace(type, path)
            .With(s => s with { Hostname = type == "uts" ? null : s.Hostname })
            .Command("readlink", $"/proc/self/ns/{file}");
        joiner.Write();
        Assert.Equal(wanted, house.Do("run", "--bundle", joiner.Path, $"{house.Name}-b").Text);
        house.Do("kill", house.Id, "KILL").Succeeded();
        running.Finish();
    }

    [Fact]
    public void Several_namespaces_are_joined_at_once()
    {
        using RunningProgram running = house.BeginRun(
            house.NewBundle("holder").WithUserNamespace().Shell("hostname held; echo ready; exec sleep 1000000"),
            until: "ready"
        );
        Eventually.True(() => HostProcesses.CommandLine(house.InitPid)[0] == "sleep", "the shell has become a sleep");
        string path = $"/proc/{house.InitPid}/ns";
        TestBundle joiner = house
            .NewBundle("joiner")
            .Namespaces(
                ("mount", null),
                ("cgroup", null),
                ("pid", $"{path}/pid"),
                ("network", $"{path}/net"),
                ("ipc", $"{path}/ipc"),
                ("uts", $"{path}/uts"),
                ("user", $"{path}/user")
            )
            .With(s => s with { Hostname = null })
            .Shell("hostname; cat /proc/1/cmdline | tr '\\0' ' '; echo; id -u; cat /proc/self/uid_map");
        joiner.Write();
        string[] lines = house.Do("run", "--bundle", joiner.Path, $"{house.Name}-b").Succeeded().Lines;
        Assert.Equal(["box", "sleep 1000000 ", "0"], lines[..3]);
        Assert.Equal(["0", "100000", "65536"], lines[3].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        house.Do("kill", house.Id, "KILL").Succeeded();
        running.Finish();
    }

    [Fact]
    public void A_new_PID_namespace_shows_its_own_processes_only() =>
        Assert.Equal(["PID", "1"], house.Run(house.NewBundle().Shell("exec ps -o pid")).Succeeded().Lines.Select(l => l.Trim()));

    [Fact]
    public void A_new_network_namespace_has_loopback_up_and_nothing_else()
    {
        string[] lines = house
            .Run(house.NewBundle().Shell("ls /sys/class/net; cat /sys/class/net/lo/flags; ping -c 1 127.0.0.1 >/dev/null && echo answered"))
            .Lines;
        Assert.Contains("lo", lines);
        Assert.DoesNotContain("eth0", lines);
        Assert.Contains("0x9", lines);
        Assert.Contains("answered", lines);
    }

    [Fact]
    public void Host_name_and_domain_name_are_the_containers_own()
    {
        TestBundle bundle = house.NewBundle().With(s => s with { Hostname = "abel", Domainname = "example.org" });
        Assert.Equal(["abel", "example.org"], house.Run(bundle.Shell("hostname; cat /proc/sys/kernel/domainname")).Succeeded().Lines);
        Assert.NotEqual("abel", Environment.MachineName);
    }

    [Fact]
    public void A_host_name_without_a_UTS_namespace_is_refused() =>
        house.Run(house.NewBundle().WithoutNamespace("uts")).FailedWith(1, "unable to set hostname without a private UTS namespace");

    [Fact]
    public void Time_offsets_move_the_containers_clocks()
    {
        const long day = 86_400;
        TestBundle bundle = house
            .NewBundle()
            .AddNamespace("time")
            .WithLinux(l =>
                l with
                {
                    TimeOffsets = new Dictionary<string, LinuxTimeOffset>(StringComparer.Ordinal)
                    {
                        ["boottime"] = new() { Secs = 1000 * day },
                        ["monotonic"] = new() { Secs = 500 * day },
                    },
                }
            )
            .Shell("cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets");
        string[] lines = house.Run(bundle).Succeeded().Lines;
        Assert.InRange(long.Parse(lines[0], CultureInfo.InvariantCulture), 1000 * day, 10_000 * day);
        Assert.Equal(["monotonic", "43200000", "0"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["boottime", "86400000", "0"], lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_path_that_is_no_such_namespace_is_one_sentence()
    {
        house.Run(house.NewBundle().AddNamespace("network", "/proc/self/ns/uts")).FailedWith(1, "join the namespace /proc/self/ns/uts");
        house.Run(house.NewBundle("other").AddNamespace("network", "/no/such/file")).FailedWith(1, "join the namespace /no/such/file");
    }

    [Fact]
    public void The_container_has_a_session_of_its_own()
    {
        // The numbers of the process, its group and its session (proc_pid_stat(5)).
        TestBundle bundle = house.NewBundle().Command("cut", "-d", " ", "-f1,5,6", "/proc/self/stat");
        Assert.Equal("1 1 1", house.Run(bundle).Text);
    }

    private static string OfHost(string file) => File.ResolveLinkTarget($"/proc/self/ns/{file}", returnFinalTarget: false)!.Name;
}
