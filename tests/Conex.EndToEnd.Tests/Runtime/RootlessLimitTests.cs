using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What an ordinary user's container mounts, and what it cannot have: each in one sentence.</summary>
public sealed class RootlessLimitTests : IDisposable
{
    private readonly OrdinaryUser user = new();

    private RuntimeHouse House => user.House;

    public void Dispose() => user.Dispose();

    [Fact]
    public void The_default_devices_are_the_hosts_and_work()
    {
        TestBundle bundle = user.NewBundle()
            .Shell("echo x >/dev/null && head -c 4 /dev/zero | wc -c && stat -c '%t %T' /dev/null /dev/full && mknod /tmp/n c 1 3");
        CommandResult result = House.Run(bundle).EndedWith(1);
        Assert.Equal(["4", "1 3", "1 7"], result.Lines);
        Assert.Contains("Operation not permitted", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_the_host_lacks_is_named()
    {
        TestBundle bundle = user.NewBundle()
            .WithLinux(l =>
                l with
                {
                    Devices =
                    [
                        new LinuxDevice
                        {
                            Path = "/dev/conex-none",
                            Type = "c",
                            Major = 1,
                            Minor = 3,
                        },
                    ],
                }
            );
        House
            .Run(bundle)
            .FailedWith(1, "create device /dev/conex-none")
            .FailedWith(1, "a user namespace shows the host's own device at that path");
    }

    [Fact]
    public void Sys_is_the_hosts_where_the_network_is_and_new_where_the_network_is_new()
    {
        TestBundle bundle = user.NewBundle().Shell("grep -c '^sysfs /sys ' /proc/mounts; ls /sys/class/net | wc -w");
        Assert.Equal(["1", "1"], House.Run(bundle).Succeeded().Lines);
        string[] shared = House.Run(bundle.WithoutNamespace("network")).Succeeded().Lines;
        Assert.Equal("1", shared[0]);
        Assert.Equal($"{Directory.GetFileSystemEntries("/sys/class/net").Length}", shared[1]);
    }

    [Fact]
    public void A_tmpfs_an_overlay_and_a_bind_need_no_root()
    {
        string layers = user.NewDirectory("layers");
        foreach (string name in (string[])["lower", "upper", "work"])
        {
            user.NewDirectory($"layers/{name}");
        }
        File.WriteAllText($"{layers}/lower/below", "from below");
        TestBundle bundle = user.NewBundle()
            .Mount("/tmp", "tmpfs", "tmpfs", "size=1m")
            .Mount(
                "/var",
                "overlay",
                "overlay",
                $"lowerdir={layers}/lower",
                $"upperdir={layers}/upper",
                $"workdir={layers}/work",
                "userxattr"
            )
            .Mount("/root", "bind", layers, "rbind", "ro")
            .Shell("touch /tmp/x && cat /var/below && touch /var/new && ls /root && touch /root/x");
        CommandResult result = House.Run(bundle).EndedWith(1);
        Assert.Equal(["from belowlower", "upper", "work"], result.Lines);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists($"{layers}/upper/new"));
    }

    [Fact]
    public void A_tmpfs_begins_with_what_it_covers()
    {
        TestBundle bundle = user.NewMappedBundle()
            .Mount("/etc", "tmpfs", "tmpfs", "tmpcopyup")
            .Shell("echo x >>/etc/passwd; head -n 1 /etc/passwd");
        Assert.Equal("root:x:0:0:root:/root:/bin/sh", House.Run(bundle).Text);
        Assert.DoesNotContain("\nx\n", File.ReadAllText($"{bundle.Rootfs}/etc/passwd"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_hosts_mount_denies_stays_denied()
    {
        string source = user.NewDirectory("source");
        string before = $"mount -t tmpfs -o mode=777,nosuid,nodev,noexec tmpfs {source}; mount -o remount,ro {source}";
        TestBundle bundle = user.NewBundle()
            .Mount("/tmp", "bind", source, "bind", "ro")
            .Shell("grep ' /tmp ' /proc/mounts | cut -d ' ' -f 4");
        bundle.Write();
        string options = House.DoIn(s => s.Environment[OrdinaryUser.Before] = before, "run", "-b", bundle.Path, House.Id).Text;
        Assert.StartsWith("ro,nosuid,nodev,noexec,", options, StringComparison.Ordinal);
        foreach (string option in (string[])["suid", "dev", "exec", "rw"])
        {
            bundle.WithoutMount("/tmp").Mount("/tmp", "bind", source, "bind", option).Write();
            House
                .DoIn(s => s.Environment[OrdinaryUser.Before] = before, "run", "-b", bundle.Path, House.Id)
                .FailedWith(1, "what the host's mount denies, as ro, nosuid, nodev or noexec, a user namespace cannot give back");
        }
    }

    [Fact]
    public void Mounts_below_a_source_are_bound_too_or_refused()
    {
        string source = user.NewDirectory("source");
        user.NewDirectory("source/below");
        string before = $"mount -t tmpfs tmpfs {source}/below; touch {source}/below/seen";
        TestBundle bundle = user.NewBundle().Mount("/tmp", "bind", source, "rbind").Command("ls", "/tmp/below");
        bundle.Write();
        Assert.Equal("seen", House.DoIn(s => s.Environment[OrdinaryUser.Before] = before, "run", "-b", bundle.Path, House.Id).Text);
        bundle.WithoutMount("/tmp").Mount("/tmp", "bind", source, "bind").Write();
        House
            .DoIn(s => s.Environment[OrdinaryUser.Before] = before, "run", "-b", bundle.Path, House.Id)
            .FailedWith(1, "there are mounts below the source, which a user namespace cannot leave out: bind them too, by rbind");
    }

    [Fact]
    public void File_systems_of_devices_are_roots() =>
        House
            .Run(user.NewBundle().Mount("/tmp", "ext4", "/dev/null"))
            .FailedWith(
                1,
                "mount ext4 on /tmp: operation not permitted (EPERM) (a user namespace may not mount this: it has tmpfs, overlay, fuse"
            );

    [Fact]
    public void Idmapped_mounts_are_roots()
    {
        House
            .Run(user.NewMappedBundle().Mount("/tmp", "bind", user.NewDirectory("source"), "bind", "idmap"))
            .FailedWith(1, "mount /tmp: mapping the IDs of a mount needs root of the host: an ordinary user binds without idmap");
    }

    [Fact]
    public void Network_devices_are_roots()
    {
        var devices = new Dictionary<string, LinuxNetDevice> { ["lo"] = new() { Name = "other" } };
        House
            .Run(user.NewBundle().WithLinux(l => l with { NetDevices = devices }))
            .FailedWith(1, "linux.netDevices: moving lo out of the host's network needs root of the host");
    }

    [Fact]
    public void The_OOM_score_may_rise_and_not_fall()
    {
        TestBundle bundle = user.NewBundle().WithProcess(p => p with { OomScoreAdj = 900 }).Command("cat", "/proc/self/oom_score_adj");
        Assert.Equal("900", House.Run(bundle).Text);
        House.RunDetached(bundle);
        Assert.Equal("900", House.Exec("cat", "/proc/self/oom_score_adj").Text);
        House.Remove();
        House
            .Run(bundle.WithProcess(p => p with { OomScoreAdj = -900 }))
            .FailedWith(1, "process.oomScoreAdj -900: only CAP_SYS_RESOURCE lets it go below what the caller has, ");
    }

    [Fact]
    public void Limits_may_fall_and_not_rise()
    {
        TestBundle bundle = user.NewBundle().WithProcess(p => p with { Rlimits = [Files(64)] }).Shell("ulimit -n");
        Assert.Equal("64", House.Run(bundle).Text);
        House
            .Run(bundle.WithProcess(p => p with { Rlimits = [Files(1UL << 40)] }))
            .FailedWith(1, "an ordinary user cannot raise a hard limit: ask for no more than the caller has (ulimit -H)");
    }

    private static Rlimit Files(ulong most) =>
        new()
        {
            Type = "RLIMIT_NOFILE",
            Soft = most,
            Hard = most,
        };
}
