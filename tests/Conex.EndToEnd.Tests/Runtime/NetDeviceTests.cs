using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>linux.netDevices: devices of the host that move into the container. The host is a network namespace of the test's own.</summary>
public sealed class NetDeviceTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_device_gets_its_new_name_keeps_its_lasting_addresses_and_is_up()
    {
        TestBundle bundle = Devices(("out0", "in0")).Shell("ip -o address show dev in0; ip link show in0; ip link show out0 || true");
        CommandResult result = OnHost(
            bundle,
            "ip link add out0 type veth peer name peer0; ip link set peer0 up; ip link set out0 mtu 1400 up; "
                + "ip address add 192.0.2.5/24 broadcast 192.0.2.255 dev out0; ip address add 192.0.2.6/24 dev out0 valid_lft 1000 preferred_lft 1000; "
                + "ip address add 198.51.100.1 peer 198.51.100.2 dev out0; "
                + "ip -6 address add 2001:db8::5/64 dev out0 nodad"
        );
        string output = result.Succeeded().Output;
        Assert.Contains("inet 192.0.2.5/24 brd 192.0.2.255 scope global in0", output, StringComparison.Ordinal);
        Assert.Contains("inet 198.51.100.1 peer 198.51.100.2/32 scope global in0", output, StringComparison.Ordinal);
        Assert.Contains("inet6 2001:db8::5/64 scope global", output, StringComparison.Ordinal);
        Assert.DoesNotContain("192.0.2.6", output, StringComparison.Ordinal);
        Assert.Matches("in0.*<BROADCAST,MULTICAST,UP,LOWER_UP.* mtu 1400", output.ReplaceLineEndings(" "));
        Assert.Contains("out0", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_devices_move_and_a_template_gets_a_number()
    {
        TestBundle bundle = Devices(("a0", null), ("b0", "net%d")).Shell("ls /sys/class/net | sort");
        CommandResult result = OnHost(bundle, "ip link add a0 type veth peer name a1; ip link add b0 type veth peer name b1");
        Assert.Equal(["a0", "lo", "net0"], result.Succeeded().Lines);
    }

    [Fact]
    public void A_device_that_is_not_there_is_named() =>
        OnHost(Devices(("none0", null)), "true")
            .FailedWith(1, "move the network device none0 into the container: find it: no such device (ENODEV)");

    [Fact]
    public void A_name_that_is_taken_is_an_error_and_the_device_stays()
    {
        TestBundle bundle = Devices(("a0", "lo"));
        CommandResult result = OnHost(bundle, "ip link add a0 type veth peer name a1", "ip link show a0");
        Assert.Contains("name it lo: file exists (EEXIST)", result.Succeeded().Error, StringComparison.Ordinal);
        Assert.Contains("a0", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_cannot_leave_is_named() =>
        OnHost(Devices(("br0", null)), "ip link add br0 type bridge")
            .FailedWith(1, "move the network device br0 into the container: change its namespace");

    [Fact]
    public void A_joined_network_that_is_the_hosts_is_refused()
    {
        TestBundle bundle = Devices(("a0", null)).AddNamespace("network", "/proc/self/ns/net");
        OnHost(bundle, "ip link add a0 type veth peer name a1").FailedWith(1, "the container's network namespace is the host's");
    }

    private TestBundle Devices(params (string Host, string? Inside)[] devices) =>
        house
            .NewBundle()
            .WithLinux(l =>
                l with
                {
                    NetDevices = devices.ToDictionary(d => d.Host, d => new LinuxNetDevice { Name = d.Inside }, StringComparer.Ordinal),
                }
            );

    private CommandResult OnHost(TestBundle bundle, string before, string? after = null)
    {
        bundle.Write();
        string run = $"{house.Program} --root {house.StateRoot} run -b {bundle.Path} {house.Id}";
        return RunningProgram.Run(
            Product.OfMachine("unshare", "util-linux"),
            ["--net", "sh", "-c", $"{before}; {run}{(after is null ? "" : $"; {after}")}"]
        );
    }
}
