using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What is in /dev.</summary>
public sealed class DeviceTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void The_default_devices_have_the_kernels_numbers_and_are_open_to_all()
    {
        TestBundle bundle = house.NewBundle().Shell("cd /dev; stat -c '%n %t:%T %a %u:%g' null zero full random urandom tty");
        Assert.Equal(
            ["null 1:3 666 0:0", "zero 1:5 666 0:0", "full 1:7 666 0:0", "random 1:8 666 0:0", "urandom 1:9 666 0:0", "tty 5:0 666 0:0"],
            house.Run(bundle).Succeeded().Lines
        );
    }

    [Fact]
    public void The_default_links_lead_where_programs_expect()
    {
        TestBundle bundle = house.NewBundle().Shell("cd /dev; for link in fd stdin stdout stderr core ptmx; do readlink $link; done");
        Assert.Equal(
            ["/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "/proc/kcore", "pts/ptmx"],
            house.Run(bundle).Succeeded().Lines
        );
    }

    [Fact]
    public void A_configured_device_has_its_number_mode_and_owner()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithLinux(l =>
                l with
                {
                    Devices =
                    [
                        new LinuxDevice
                        {
                            Path = "/dev/net/tun",
                            Type = "c",
                            Major = 10,
                            Minor = 200,
                            FileMode = 0x1B0,
                            Uid = 7,
                            Gid = 50,
                        },
                        new LinuxDevice
                        {
                            Path = "/dev/queue",
                            Type = "p",
                            FileMode = 0x180,
                        },
                        new LinuxDevice
                        {
                            Path = "/dev/null",
                            Type = "c",
                            Major = 1,
                            Minor = 3,
                            FileMode = 0x1A4,
                        },
                    ],
                }
            )
            .Shell("cd /dev; stat -c '%n %F %t:%T %a %u:%g' net/tun queue null");
        Assert.Equal(
            ["net/tun character special file a:c8 660 7:50", "queue fifo 0:0 600 0:0", "null character special file 1:3 644 0:0"],
            house.Run(bundle).Succeeded().Lines
        );
    }

    [Fact]
    public void The_device_cgroup_denies_what_no_rule_allows()
    {
        TestBundle bundle = house
            .NewBundle()
            .Shell(
                "mknod /tmp/disk b 254 0 && mknod /tmp/fuse c 10 229 && dd if=/tmp/disk of=/dev/null count=1; echo $?; cat /tmp/fuse; echo $?"
            );
        CommandResult result = house.Run(bundle).Succeeded();
        Assert.Equal(["1", "1"], result.Lines);
        Assert.Equal(2, result.Error.Split("Operation not permitted").Length - 1);
    }

    [Fact]
    public void The_device_cgroup_allows_what_a_rule_allows()
    {
        TestBundle bundle = house
            .NewBundle()
            .Capabilities("CAP_MKNOD", "CAP_SYSLOG")
            .WithResources(
                new LinuxResources
                {
                    Devices =
                    [
                        new LinuxDeviceRule { Allow = false, Access = "rwm" },
                        new LinuxDeviceRule
                        {
                            Allow = true,
                            Type = "c",
                            Major = 1,
                            Minor = 11,
                            Access = "r",
                        },
                    ],
                }
            )
            .Shell("mknod /tmp/kmsg c 1 11; exec 3</tmp/kmsg && echo read; (exec 4>/tmp/kmsg) 2>/dev/null || echo refused");
        Assert.Equal(["read", "refused"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void A_device_of_unknown_type_is_refused() =>
        house
            .Run(house.NewBundle().WithLinux(l => l with { Devices = [new LinuxDevice { Path = "/dev/x", Type = "x" }] }))
            .FailedWith(1, "unknown type \"x\"");

    [Fact]
    public void A_node_that_the_image_brought_must_be_the_same_device()
    {
        TestBundle bundle = house.NewBundle();
        foreach (string below in (string[])["/dev/shm", "/dev/mqueue", "/dev/pts", "/dev"])
        {
            bundle.WithoutMount(below);
        }
        File.WriteAllText($"{bundle.Rootfs}/dev/null", "not the null device\n");
        CommandResult result = house.Run(bundle.Command("cat", "/dev/null"));
        result.FailedWith(1, "default devices");
        Assert.Equal("not the null device\n", File.ReadAllText($"{bundle.Rootfs}/dev/null"));
    }

    [Fact]
    public void A_pipe_that_the_image_brought_must_be_one()
    {
        TestBundle bundle = house.NewBundle().WithLinux(l => l with { Devices = [new LinuxDevice { Path = "/srv/pipe", Type = "p" }] });
        Directory.CreateDirectory($"{bundle.Rootfs}/srv");
        File.WriteAllText($"{bundle.Rootfs}/srv/pipe", "not a pipe\n");
        house.Run(bundle).FailedWith(1, "create device /srv/pipe: file exists (EEXIST)");
        File.Delete($"{bundle.Rootfs}/srv/pipe");
        Assert.Equal("fifo", house.Run(bundle.Command("stat", "-c", "%F", "/srv/pipe")).Text);
        Assert.Equal("fifo", house.Run(bundle).Text);
    }

    [Fact]
    public void A_device_may_lie_anywhere()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithLinux(l =>
                l with
                {
                    Devices =
                    [
                        new LinuxDevice
                        {
                            Path = "/srv/deep/zero",
                            Type = "u",
                            Major = 1,
                            Minor = 5,
                        },
                    ],
                }
            )
            .Shell("stat -c '%F %t:%T %a' /srv/deep/zero; head -c 2 /srv/deep/zero | wc -c");
        Assert.Equal(["character special file 1:5 666", "2"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void In_a_user_namespace_a_device_is_the_hosts_own_and_a_pipe_belongs_to_its_users()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithUserNamespace()
            .WithLinux(l =>
                l with
                {
                    Devices =
                    [
                        new LinuxDevice
                        {
                            Path = "/dev/full",
                            Type = "c",
                            Major = 1,
                            Minor = 7,
                            FileMode = 0x180,
                        },
                        new LinuxDevice
                        {
                            Path = "/dev/queue",
                            Type = "p",
                            FileMode = 0x1A0,
                            Uid = 3,
                            Gid = 4,
                        },
                    ],
                }
            )
            .Shell("stat -c '%n %F %a %u:%g' /dev/queue; grep -c ' /dev/full ' /proc/mounts; echo x >/dev/full || echo full");
        Assert.Equal(["/dev/queue fifo 640 3:4", "1", "full"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void In_a_user_namespace_a_device_of_another_number_is_an_error() =>
        house
            .Run(
                house
                    .NewBundle()
                    .WithUserNamespace()
                    .WithLinux(l =>
                        l with
                        {
                            Devices =
                            [
                                new LinuxDevice
                                {
                                    Path = "/dev/full",
                                    Type = "c",
                                    Major = 1,
                                    Minor = 5,
                                },
                            ],
                        }
                    )
            )
            .FailedWith(1, "create device /dev/full: no such device (ENODEV)");
}
