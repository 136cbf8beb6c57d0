using System.Text.Json;
using System.Text.Json.Nodes;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Specs;
using Conex.Engine.Tests.Fixtures;
using Conex.Engine.Users;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Tests.Specs;

public sealed class ContainerSpecTests
{
    private const string Id = "aaaabbbbccccddddeeeeffff00001111222233334444555566667777888899990";
    private static readonly ContainerUser Root = new(0, 0, [0], "/root");
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void The_default_container() => Matches("default.json", new HostConfiguration { NetworkMode = "none" });

    [Fact]
    public void Everything_the_command_line_can_ask_for() =>
        Matches(
            "everything.json",
            new HostConfiguration
            {
                NetworkMode = "none",
                ReadonlyRootfs = true,
                Init = true,
                CapAdd = ["NET_ADMIN"],
                CapDrop = ["CAP_MKNOD"],
                SecurityOptions = ["no-new-privileges"],
                Binds = ["/srv/data:/data:ro", "/srv/more:/data/more/:rslave"],
                Mounts =
                [
                    new MountConfiguration
                    {
                        Type = "tmpfs",
                        Target = "/cache",
                        TmpfsSize = 1 << 20,
                        TmpfsMode = 0x3C0,
                    },
                ],
                Tmpfs = new Dictionary<string, string>(StringComparer.Ordinal) { ["/run"] = "exec,size=64m" },
                ShmSize = 128 << 20,
                Sysctls = new Dictionary<string, string>(StringComparer.Ordinal) { ["net.core.somaxconn"] = "1024" },
                Ulimits = [new Ulimit("nofile", 1024, -1)],
                OomScoreAdjustment = 100,
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "blue" },
                Resources = new ResourceLimits
                {
                    Memory = 64 << 20,
                    NanoCpus = 500_000_000,
                    PidsLimit = 50,
                },
            },
            one => one with { Terminal = true, Hostname = "box", Domainname = "lan" }
        );

    [Fact]
    public void The_hosts_namespaces_are_shared_on_request() =>
        Matches(
            "host.json",
            new HostConfiguration
            {
                NetworkMode = "host",
                PidMode = "host",
                IpcMode = "host",
                UtsMode = "host",
            }
        );

    [Fact]
    public void A_privileged_container_is_not_protected_and_has_every_device()
    {
        RuntimeSpec spec = Build(new HostConfiguration { Privileged = true, NetworkMode = "none" });

        Assert.Null(spec.Linux!.MaskedPaths);
        Assert.Null(spec.Linux.ReadonlyPaths);
        Assert.Null(spec.Linux.Seccomp);
        Assert.Contains(spec.Linux.Devices!, device => device.Path == "/dev/null");
        Assert.True(Assert.Single(spec.Linux.Resources!.Devices!).Allow);
        Assert.DoesNotContain("ro", spec.Mounts!.Single(mount => mount.Destination == "/sys").Options!);
        Assert.DoesNotContain("ro", spec.Mounts!.Single(mount => mount.Destination == "/sys/fs/cgroup").Options!);
    }

    [Fact]
    public void The_default_seccomp_profile_is_part_of_the_bytes_and_the_same_bytes_every_time()
    {
        SpecParts parts = SpecParts.From(Configuration(new HostConfiguration { NetworkMode = "none" }));
        SpecParts again = SpecParts.From(Configuration(new HostConfiguration { NetworkMode = "none" }));

        var spec = RuntimeSpec.Parse(ContainerSpec.Build(Record(new HostConfiguration()), parts, Root, Files()));

        Assert.Same(parts.Seccomp, again.Seccomp);
        Assert.NotEmpty(spec.Linux!.Seccomp!.Syscalls!);
        Assert.Equal("/conex/" + Id, spec.Linux.CgroupsPath);
    }

    [Fact]
    public void An_ordinary_user_has_capabilities_only_as_a_bound()
    {
        HostConfiguration host = new() { NetworkMode = "none" };
        SpecParts parts = SpecParts.From(Configuration(host));

        Process process = ProcessSpec.ForContainer(Record(host), parts, new ContainerUser(1000, 1000, [1000], "/home/a"));

        Assert.Null(process.Capabilities!.Effective);
        Assert.Null(process.Capabilities.Permitted);
        Assert.Equal(14, process.Capabilities.Bounding!.Count);
        Assert.Contains("HOME=/home/a", process.Env!);
    }

    [Fact]
    public void A_mount_of_the_user_replaces_the_standard_one()
    {
        RuntimeSpec spec = Build(new HostConfiguration { NetworkMode = "none", Binds = ["/srv/hosts:/etc/hosts", "/srv/dev:/dev"] });

        Assert.Equal("/srv/hosts", spec.Mounts!.Single(mount => mount.Destination == "/etc/hosts").Source);
        Assert.DoesNotContain(spec.Mounts!, mount => mount.Destination.StartsWith("/dev/", StringComparison.Ordinal));
    }

    [Fact]
    public void The_users_profile_takes_the_default_ones_place()
    {
        RuntimeSpec spec = Build(
            new HostConfiguration
            {
                NetworkMode = "none",
                SecurityOptions = ["""seccomp={"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}"""],
            }
        );

        Assert.Equal("SCMP_ACT_ALLOW", spec.Linux!.Seccomp!.DefaultAction);
    }

    [Fact]
    public void What_comes_later_is_refused_with_a_sentence()
    {
        Assert.Equal(
            "publishing ports needs bridge networks, which come later; use --network host",
            Refusal<NotAvailableException>(
                new HostConfiguration
                {
                    PortBindings = new Dictionary<string, IReadOnlyList<HostPort>>(StringComparer.Ordinal)
                    {
                        ["80/tcp"] = [new HostPort("", "80")],
                    },
                }
            )
        );
        Assert.Equal(
            "restart policies come later; start the container again with conex start",
            Refusal<NotAvailableException>(new HostConfiguration { RestartPolicy = new RestartPolicy("always") })
        );
        Assert.Equal("network blue not found", Refusal<NotFoundException>(new HostConfiguration { NetworkMode = "blue" }));
        Assert.Equal(
            "named volumes come later; data must be the absolute path of a directory",
            Refusal<NotAvailableException>(new HostConfiguration { Binds = ["data:/data"] })
        );
        Assert.Equal(
            "logger: no log driver named 'syslog' is registered",
            Refusal<InvalidRequestException>(new HostConfiguration { LogDriver = "syslog" })
        );
        Assert.Equal(
            "invalid --security-opt 2: \"nope=1\"",
            Refusal<InvalidRequestException>(new HostConfiguration { SecurityOptions = ["nope=1"] })
        );
    }

    private static string Refusal<T>(HostConfiguration host)
        where T : Exception => Assert.Throws<T>(() => SpecParts.From(Configuration(host))).Message;

    private static void Matches(string golden, HostConfiguration host, Func<ContainerConfiguration, ContainerConfiguration>? change = null)
    {
        ContainerConfiguration configuration = Configuration(host);
        configuration = change?.Invoke(configuration) ?? configuration;
        SpecParts parts = SpecParts.From(configuration);
        ContainerRecord record = Record(host) with { Configuration = configuration };
        RuntimeSpec spec = ContainerSpec.WithoutSeccomp(record, parts, Root, Files());
        string json = JsonNode.Parse(spec.ToUtf8Json())!.ToJsonString(Indented);
        GoldenFile.Matches(golden, json + "\n");
    }

    private static RuntimeSpec Build(HostConfiguration host)
    {
        SpecParts parts = SpecParts.From(Configuration(host));
        return RuntimeSpec.Parse(ContainerSpec.Build(Record(host), parts, Root, Files()));
    }

    private static ContainerFiles Files() => new(new EnginePaths("/data", "/run/conex"), Id);

    private static ContainerConfiguration Configuration(HostConfiguration host) =>
        new()
        {
            Image = "box",
            Hostname = "aaaabbbbcccc",
            Command = ["sh"],
            Environment = ["COLOUR=blue"],
            Host = host,
        };

    private static ContainerRecord Record(HostConfiguration host) =>
        new()
        {
            Id = Id,
            Name = "web",
            CreatedAt = DateTimeOffset.UnixEpoch,
            ImageId = "sha256:0",
            Configuration = Configuration(host),
            Layers = [],
        };
}
