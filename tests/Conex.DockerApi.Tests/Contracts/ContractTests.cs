using System.Text.Json;
using System.Text.Json.Nodes;
using Conex.DockerApi.Contracts;

namespace Conex.DockerApi.Tests.Contracts;

public sealed class ContractTests
{
    /// <summary>What <c>docker run -it --rm -v /a:/b:ro --mount type=tmpfs,dst=/t -p 8080:80 -m 64m --health-cmd true busybox sh</c> sends.</summary>
    private const string DockerRun = """
        {"Hostname":"","Domainname":"","User":"","AttachStdin":true,"AttachStdout":true,"AttachStderr":true,"ExposedPorts":{"80/tcp":{}},
        "Tty":true,"OpenStdin":true,"StdinOnce":true,"Env":["A=b"],"Cmd":["sh"],"Healthcheck":{"Test":["CMD-SHELL","true"]},"Image":"busybox",
        "Volumes":{},"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{"l":"v"},"StopTimeout":3,
        "HostConfig":{"Binds":["/a:/b:ro"],"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},"NetworkMode":"default",
        "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]},"RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":true,
        "VolumeDriver":"","VolumesFrom":null,"ConsoleSize":[40,120],"CapAdd":null,"CapDrop":["ALL"],"CgroupnsMode":"","Dns":[],"DnsOptions":[],
        "DnsSearch":[],"ExtraHosts":null,"GroupAdd":null,"IpcMode":"","Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,
        "PublishAllPorts":false,"ReadonlyRootfs":false,"SecurityOpt":null,"UTSMode":"","UsernsMode":"","ShmSize":0,"Isolation":"","CpuShares":0,
        "Memory":67108864,"NanoCpus":1500000000,"CgroupParent":"","BlkioWeight":0,"BlkioWeightDevice":[],"BlkioDeviceReadBps":[],
        "BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],"BlkioDeviceWriteIOps":[],"CpuPeriod":0,"CpuQuota":0,"CpuRealtimePeriod":0,
        "CpuRealtimeRuntime":0,"CpusetCpus":"","CpusetMems":"","Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,
        "MemoryReservation":0,"MemorySwap":0,"MemorySwappiness":-1,"OomKillDisable":false,"PidsLimit":0,
        "Ulimits":[{"Name":"nofile","Hard":20,"Soft":10}],"CpuCount":0,"CpuPercent":0,"IOMaximumIOps":0,"IOMaximumBandwidth":0,
        "Mounts":[{"Type":"tmpfs","Target":"/t"}],"MaskedPaths":null,"ReadonlyPaths":null},
        "NetworkingConfig":{"EndpointsConfig":{"default":{"IPAMConfig":null,"Links":null,"Aliases":null,"MacAddress":"","DriverOpts":null,
        "GwPriority":0,"NetworkID":"","EndpointID":"","Gateway":"","IPAddress":"","IPPrefixLen":0,"IPv6Gateway":"","GlobalIPv6Address":"",
        "GlobalIPv6PrefixLen":0,"DNSNames":null}}}}
        """;

    [Fact]
    public void What_docker_run_sends_survives_a_round_trip_member_by_member()
    {
        ContainerCreateRequest request = JsonSerializer.Deserialize(DockerRun, DockerJson.Default.ContainerCreateRequest)!;

        string json = JsonSerializer.Serialize(request, DockerJson.Default.ContainerCreateRequest);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(DockerRun), JsonNode.Parse(json)), json);
    }

    [Fact]
    public void The_tolerant_reader_reads_the_same()
    {
        ContainerCreateRequest request = JsonSerializer.Deserialize(DockerRun, DockerJson.Tolerant.ContainerCreateRequest)!;

        string json = JsonSerializer.Serialize(request, DockerJson.Default.ContainerCreateRequest);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(DockerRun), JsonNode.Parse(json)), json);
    }

    [Fact]
    public void The_tolerant_reader_takes_null_for_any_default_and_names_in_any_case()
    {
        ContainerCreateRequest request = JsonSerializer.Deserialize(
            """{"image":"busybox","TTY":null,"Hostname":null,"cmd":"true","Entrypoint":null,"Unknown":{"x":[1]},"Labels":{"a":null},"HostConfig":{"Memory":null,"OomScoreAdj":null,"PidsLimit":null,"Privileged":true}}""",
            DockerJson.Tolerant.ContainerCreateRequest
        )!;

        Assert.Equal("busybox", request.Image);
        Assert.Equal("", request.Hostname);
        Assert.Equal("", request.Labels!["a"]);
        Assert.Equal(["true"], request.Cmd!);
        Assert.Null(request.Entrypoint);
        Assert.Null(request.HostConfig!.PidsLimit);
        Assert.True(request.HostConfig.Privileged);
    }

    [Theory]
    [InlineData("""{"Tty":"yes"}""")]
    [InlineData("""{"HostConfig":{"Memory":"1g"}}""")]
    [InlineData("""{"HostConfig":{"Memory":1e30}}""")]
    [InlineData("""{"Cmd":[1]}""")]
    [InlineData("""{"Cmd":{}}""")]
    [InlineData("""{"Hostname":{}}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void A_value_of_the_wrong_kind_is_a_json_error(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, DockerJson.Tolerant.ContainerCreateRequest));

    [Fact]
    public void Members_without_a_value_are_left_out_except_where_docker_prints_null()
    {
        string json = JsonSerializer.Serialize(new ContainerInspect(), DockerJson.Default.ContainerInspect);

        JsonObject inspect = JsonNode.Parse(json)!.AsObject();
        Assert.True(inspect.ContainsKey("ExecIDs"));
        Assert.False(inspect.ContainsKey("SizeRw"));
        Assert.True(inspect["HostConfig"]!.AsObject().ContainsKey("Binds"));
        Assert.False(inspect["HostConfig"]!.AsObject().ContainsKey("Init"));
        Assert.Equal("0001-01-01T00:00:00Z", (string?)inspect["State"]!["StartedAt"]);
    }
}
