using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using DeviceMapping = Conex.DockerApi.Contracts.DeviceMapping;
using Ulimit = Conex.DockerApi.Contracts.Ulimit;

namespace Conex.Api.Tests.Translation;

public sealed class CreateRequestsTests
{
    [Fact]
    public void A_request_without_wishes_leaves_everything_to_the_engine()
    {
        ContainerConfiguration configuration = CreateRequests.ToEngine(new ContainerCreateRequest { Image = "busybox" });

        Assert.Equal("busybox", configuration.Image);
        Assert.Null(configuration.Command);
        Assert.Null(configuration.Entrypoint);
        Assert.Null(configuration.StopSignal);
        Assert.Equal("default", configuration.Host.NetworkMode);
        Assert.Null(configuration.Host.MaskedPaths);
        Assert.Equal(new ResourceLimits(), configuration.Host.Resources);
    }

    [Fact]
    public void Wishes_arrive()
    {
        ContainerConfiguration configuration = CreateRequests.ToEngine(
            new ContainerCreateRequest
            {
                Image = "busybox",
                Tty = true,
                Cmd = ["sh"],
                Entrypoint = [""],
                Env = ["A=b"],
                StopTimeout = 3,
                ExposedPorts = new Dictionary<string, EmptyObject> { ["80/tcp"] = EmptyObject.Instance },
                HostConfig = new HostConfig
                {
                    Binds = ["/a:/b:ro"],
                    NetworkMode = "host",
                    Memory = 64 << 20,
                    MemorySwappiness = -1,
                    PidsLimit = 7,
                    ConsoleSize = [40, 120],
                    Ulimits =
                    [
                        new Ulimit
                        {
                            Name = "nofile",
                            Soft = 1,
                            Hard = 2,
                        },
                    ],
                    Devices =
                    [
                        new DeviceMapping
                        {
                            PathOnHost = "/dev/a",
                            PathInContainer = "/dev/b",
                            CgroupPermissions = "r",
                        },
                    ],
                    PortBindings = new Dictionary<string, PortBinding[]?>
                    {
                        ["80/tcp"] = [new PortBinding { HostPort = "8080" }],
                        ["81/tcp"] = null,
                    },
                    Mounts =
                    [
                        new MountRequest
                        {
                            Type = "tmpfs",
                            Target = "/t",
                            TmpfsOptions = new TmpfsOptions { SizeBytes = 5, Mode = 0x1ff },
                        },
                        new MountRequest
                        {
                            Type = "bind",
                            Source = "/s",
                            Target = "/d",
                            ReadOnly = true,
                            BindOptions = new BindOptions { Propagation = "rslave" },
                        },
                    ],
                },
            }
        );

        Assert.Equal([""], configuration.Entrypoint!);
        Assert.Equal(["80/tcp"], configuration.ExposedPorts);
        Assert.Equal(3, configuration.StopTimeout);
        HostConfiguration host = configuration.Host;
        Assert.Equal("host", host.NetworkMode);
        Assert.Equal(new ResourceLimits { Memory = 64 << 20, PidsLimit = 7 }, host.Resources);
        Assert.Equal(new TerminalSize(40, 120), host.ConsoleSize);
        Assert.Equal(new Engine.Containers.Ulimit("nofile", 1, 2), Assert.Single(host.Ulimits!));
        Assert.Equal(new Engine.Containers.DeviceMapping("/dev/a", "/dev/b", "r"), Assert.Single(host.Devices!));
        Assert.Equal("8080", Assert.Single(host.PortBindings!["80/tcp"]).Port);
        Assert.Empty(host.PortBindings["81/tcp"]);
        Assert.Equal(
            new MountConfiguration
            {
                Type = "tmpfs",
                Target = "/t",
                TmpfsSize = 5,
                TmpfsMode = 0x1ff,
            },
            host.Mounts![0]
        );
        Assert.Equal("rslave", host.Mounts[1].Propagation);
        Assert.True(host.Mounts[1].ReadOnly);
    }

    [Fact]
    public void What_the_engine_has_no_word_for_is_refused_and_not_forgotten()
    {
        HostConfig[] impossible =
        [
            new() { DeviceRequests = [new DeviceRequest()] },
            new() { CgroupParent = "/x" },
            new() { StorageOpt = new Dictionary<string, string> { ["size"] = "1g" } },
            new() { CpuRealtimeRuntime = 1 },
            new() { BlkioDeviceReadBps = [new ThrottleDevice()] },
        ];

        foreach (HostConfig host in impossible)
        {
            Assert.Throws<NotAvailableException>(() => HostRequests.ToEngine(host));
        }

        Assert.Throws<InvalidRequestException>(() => HostRequests.ToEngine(new HostConfig { Runtime = "kata" }));
    }

    [Fact]
    public void A_health_check_is_answered_with_a_warning()
    {
        var request = new ContainerCreateRequest
        {
            Image = "x",
            Healthcheck = new Healthcheck { Test = ["CMD-SHELL", "true"] },
        };

        Assert.Single(CreateRequests.Warnings(request));
        Assert.Empty(CreateRequests.Warnings(request with { Healthcheck = new Healthcheck { Test = ["NONE"] } }));
    }
}
