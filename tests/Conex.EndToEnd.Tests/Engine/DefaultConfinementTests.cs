using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What a container of the engine learns of the host, and may do to it, when nothing is said: less than docker's default lets it.</summary>
public sealed class DefaultConfinementTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const int Done = 0;
    private const int EPERM = 1;
    private const int ENOSYS = 38;
    private const int Socket = 41;
    private const int Ptrace = 101;
    private const int SocketOfI386 = 359;
    private const int SocketcallOfI386 = 102;
    private const int Netlink = 16;
    private const int Packet = 17;
    private const int Alg = 38;
    private const int Vsock = 40;
    private const int SocketRaw = 3;
    private const int Audit = 9;
    private const int Attach = 16;

    public void Dispose() => house.RequireClean();

    [Theory]
    [InlineData("/proc/interrupts")]
    [InlineData("/proc/kallsyms")]
    [InlineData("/proc/key-users")]
    [InlineData("/proc/keys")]
    [InlineData("/proc/pagetypeinfo")]
    [InlineData("/proc/slabinfo")]
    [InlineData("/proc/timer_list")]
    [InlineData("/proc/vmallocinfo")]
    [InlineData("/sys/kernel/notes")]
    public void A_file_that_tells_of_the_host_is_empty(string path)
    {
        Assert.SkipUnless(File.Exists(path), $"this kernel has no {path}");
        // Of the host it says something: an empty file here is the mask.
        Assert.NotEqual("0", house.DoOnHost($"head -c 1 {path} | wc -c").Text);
        Assert.Equal("0", house.Shell($"head -c 1 {path} | wc -c").Text);
    }

    [Fact]
    public void The_cgroup_namespace_hides_where_the_container_lies()
    {
        CommandResult inside = house.Shell("cut -d: -f3 /proc/self/cgroup | sort -u; readlink /proc/self/ns/cgroup");
        string host = File.ResolveLinkTarget("/proc/self/ns/cgroup", returnFinalTarget: false)!.Name;
        Assert.Equal(2, inside.Lines.Length);
        Assert.Equal("/", inside.Lines[0]);
        Assert.NotEqual(host, inside.Lines[1]);
    }

    [Fact]
    public void The_disk_of_the_host_can_be_named_by_a_node_but_not_opened()
    {
        string[] number = house.DoOnHost("for f in /sys/class/block/*/dev; do tr : ' ' <$f; break; done").Text.Split(' ');
        string read = "head -c 1 /disk >/dev/null 2>/tmp/why; echo $?; cat /tmp/why";
        CommandResult result = house.Shell($"mknod /disk b {number[0]} {number[1]} && {read}");
        Assert.StartsWith("1\n", result.Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("Operation not permitted", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Alg)]
    [InlineData(Vsock)]
    public void Socket_families_that_reach_past_the_namespaces_are_refused(int family)
    {
        // i386's socketcall has its arguments behind a pointer, which a filter cannot read: other profiles let it through.
        Probe(ProbeProgram.X64(new ProbeProgram.Call(Socket, family, 1, 0))).EndedWith(EPERM);
        Probe(ProbeProgram.I386(new ProbeProgram.Call(SocketOfI386, family, 1, 0))).EndedWith(EPERM);
        Probe(ProbeProgram.I386(new ProbeProgram.Call(SocketcallOfI386, 1, SocketArguments(family)))).EndedWith(ENOSYS);
    }

    [Fact]
    public void A_packet_socket_sees_the_containers_own_network_alone()
    {
        // CAP_NET_RAW is one of docker's fourteen.
        Probe(ProbeProgram.X64(new ProbeProgram.Call(Socket, Packet, SocketRaw, 0))).EndedWith(Done);
        Assert.Equal("lo", house.Shell("ls /sys/class/net").Text);
        Probe(ProbeProgram.X64(new ProbeProgram.Call(Socket, Packet, SocketRaw, 0)), "--cap-drop", "NET_RAW").EndedWith(EPERM);
    }

    [Fact]
    public void An_audit_socket_can_neither_read_nor_set_what_is_audited()
    {
        // The socket itself comes with CAP_AUDIT_WRITE, one of docker's fourteen; joining the log's readers needs CAP_AUDIT_READ.
        const int bind = 49;
        Probe(ProbeProgram.X64(new ProbeProgram.Call(Socket, Netlink, SocketRaw, Audit))).EndedWith(Done);
        Probe(
                ProbeProgram.X64(
                    new ProbeProgram.Call(Socket, Netlink, SocketRaw, Audit),
                    // The payload's first descriptor is 3; sockaddr_nl with the group of the log's readers.
                    new ProbeProgram.Call(bind, 3, NetlinkAddress(group: 1), 12)
                )
            )
            .EndedWith(EPERM);
    }

    [Fact]
    public void The_engines_small_init_cannot_be_traced_and_shows_nothing()
    {
        Probe(ProbeProgram.X64(new ProbeProgram.Call(Ptrace, Attach, 1, 0, 0)), "--init").EndedWith(EPERM);
        CommandResult seen = house.Shell("readlink /proc/1/exe /proc/1/cwd /proc/1/fd/0; cat /proc/1/maps /proc/1/environ; true", "--init");
        Assert.Equal("", seen.Succeeded().Output);
    }

    /// <summary>What socketcall(2) reads from memory for socket(2).</summary>
    private static byte[] SocketArguments(int family) => Words(family, 1, 0);

    /// <summary>A sockaddr_nl (netlink(7)): family and padding, number, groups.</summary>
    private static byte[] NetlinkAddress(int group) => Words(Netlink, 0, group);

    private static byte[] Words(params int[] words) => [.. words.SelectMany(BitConverter.GetBytes)];

    /// <summary>Runs a program that makes system calls and ends with the last one's error.</summary>
    private CommandResult Probe(byte[] program, params string[] options)
    {
        string file = house.WriteProgram($"probe-{Guid.NewGuid():N}", program);
        return house.Do(["run", "--rm", "--network", "none", "-v", $"{file}:/probe:ro", .. options, "box", "/probe"]);
    }
}
