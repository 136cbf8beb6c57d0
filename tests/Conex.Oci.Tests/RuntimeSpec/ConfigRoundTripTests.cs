using System.Text;
using System.Text.Json.Nodes;
using Conex.Oci.RuntimeSpec;
using Spec = Conex.Oci.RuntimeSpec.RuntimeSpec;

namespace Conex.Oci.Tests.RuntimeSpec;

public sealed class ConfigRoundTripTests
{
    [Fact]
    public void Every_member_of_the_specification_survives()
    {
        byte[] written = Spec.Parse(FullConfig.Utf8).ToUtf8Json();

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(FullConfig.Text), JsonNode.Parse(written)), Encoding.UTF8.GetString(written));
    }

    [Fact]
    public void Values_arrive_in_their_members()
    {
        Spec spec = Spec.Parse(FullConfig.Utf8);

        Assert.Equal("1.3.0", spec.OciVersion);
        Assert.Equal(["sh", "-c", "echo \"ä\\ö\u0001\" /tmp\n\t\r"], spec.Process!.Args!);
        Assert.Equal(uint.MaxValue, spec.Process.User.Gid);
        Assert.Equal(ulong.MaxValue, spec.Process.Rlimits![0].Hard);
        Assert.Equal(-500, spec.Process.OomScoreAdj);
        Assert.Equal("0-3,7", spec.Process.ExecCpuAffinity!.Final);
        Assert.Equal(100000u, spec.Mounts![1].UidMappings![0].HostId);
        Assert.Equal(30, spec.Hooks!.Prestart![0].Timeout);
        Assert.Equal(-172800, spec.Linux!.TimeOffsets!["monotonic"].Secs);
        Assert.Equal("container_eth0", spec.Linux.NetDevices!["eth0"].Name);
        Assert.Equal(-1, spec.Linux.Resources!.Memory!.Swap);
        Assert.Equal(602ul, spec.Linux.Resources.BlockIo!.ThrottleReadIopsDevice![0].Rate);
        Assert.Equal(ulong.MaxValue, spec.Linux.Seccomp!.Syscalls![0].Args![0].Value);
    }

    [Fact]
    public void The_smallest_configuration_is_a_version()
    {
        Spec spec = Spec.Parse("""{"ociVersion":"1.0.2"}"""u8);

        Assert.Null(spec.Process);
        Assert.Null(spec.Linux);
        Assert.Equal("""{"ociVersion":"1.0.2"}"""u8, spec.ToUtf8Json());
    }

    [Fact]
    public void A_process_without_a_user_is_root()
    {
        Process process = Process.Parse("""{"cwd":"/"}"""u8);

        Assert.Equal(0u, process.User.Uid);
        Assert.Equal("""{"user":{"uid":0,"gid":0},"cwd":"/"}"""u8, process.ToUtf8Json());
    }

    [Fact]
    public void Nulls_as_Go_writes_nil_slices_are_absent_members()
    {
        Spec spec = Spec.Parse(
            """{"ociVersion":"1.0.2","process":{"cwd":"/","args":null,"user":null,"terminal":null},"linux":{"resources":null,"sysctl":null}}"""u8
        );

        Assert.Null(spec.Process!.Args);
        Assert.Null(spec.Linux!.Resources);
    }

    [Fact]
    public void Unknown_members_and_other_platforms_are_ignored()
    {
        Spec spec = Spec.Parse("""{"windows":{"layerFolders":["a",{"b":[]}]},"vm":{"kernel":{}},"future":[1,2],"ociVersion":"1.3.0"}"""u8);

        Assert.Equal("1.3.0", spec.OciVersion);
    }

    [Fact]
    public void Escaped_member_names_are_recognised() => Assert.Equal("1.3.0", Spec.Parse("""{"oci\u0056ersion":"1.3.0"}"""u8).OciVersion);

    [Fact]
    public void Of_equal_members_the_last_counts() =>
        Assert.Equal("b", Spec.Parse("""{"ociVersion":"1","hostname":"a","annotations":{"x":"1","x":"2"},"hostname":"b"}"""u8).Hostname);

    [Fact]
    public void A_resources_document_stands_alone_for_update()
    {
        LinuxResources resources = LinuxResources.Parse("""{"pids":{"limit":-1},"cpu":{"idle":1}}"""u8);

        Assert.Equal(-1, resources.Pids!.Limit);
        Assert.Equal("""{"cpu":{"idle":1},"pids":{"limit":-1}}"""u8, resources.ToUtf8Json());
    }

    [Fact]
    public void The_state_is_compact_with_unescaped_slashes()
    {
        ContainerState state = new()
        {
            OciVersion = "1.3.0",
            Id = "web",
            Status = "running",
            Pid = 4422,
            Bundle = "/containers/web",
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["a/b"] = "<c> & 'd' + é" },
        };

        Assert.Equal(
            """{"ociVersion":"1.3.0","id":"web","status":"running","pid":4422,"bundle":"/containers/web","annotations":{"a/b":"<c> & 'd' + é"}}""",
            Encoding.UTF8.GetString(state.ToUtf8Json())
        );
        Assert.Equal(4422, ContainerState.Parse(state.ToUtf8Json()).Pid);
    }

    [Fact]
    public void A_seccomp_agents_document_holds_the_state()
    {
        ContainerProcessState state = ContainerProcessState.Parse(
            """{"ociVersion":"1.0.2","fds":["seccompFd"],"pid":4422,"metadata":"m","state":{"ociVersion":"1.0.2","id":"x","status":"creating","pid":4422,"bundle":"/b"}}"""u8
        );

        Assert.Equal(["seccompFd"], state.Fds);
        Assert.Equal("creating", state.State.Status);
    }

    [Fact]
    public void The_features_document_survives()
    {
        const string Text = """
            {"ociVersionMin":"1.0.0","ociVersionMax":"1.3.0","hooks":["prestart"],"mountOptions":["rro"],
             "linux":{"namespaces":["pid"],"capabilities":["CAP_CHOWN"],
              "cgroup":{"v1":true,"v2":false,"systemd":true,"systemdUser":false,"rdma":true},
              "seccomp":{"enabled":true,"actions":["SCMP_ACT_ALLOW"],"operators":["SCMP_CMP_EQ"],"archs":["SCMP_ARCH_X86"],"knownFlags":["F"],"supportedFlags":[]},
              "apparmor":{"enabled":true},"selinux":{"enabled":false},"intelRdt":{"enabled":true,"schemata":true,"monitoring":false},
              "memoryPolicy":{"modes":["MPOL_BIND"],"flags":[]},"mountExtensions":{"idmap":{"enabled":true}},"netDevices":{"enabled":true}},
             "annotations":{"a":"b"},"potentiallyUnsafeConfigAnnotations":["org.example."]}
            """;

        byte[] written = Features.Parse(Encoding.UTF8.GetBytes(Text)).ToUtf8Json();

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Text), JsonNode.Parse(written)), Encoding.UTF8.GetString(written));
    }
}
