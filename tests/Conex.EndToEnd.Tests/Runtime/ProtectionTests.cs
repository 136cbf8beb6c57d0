using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Masked paths, read-only paths, kernel parameters.</summary>
public sealed class ProtectionTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_masked_file_is_empty_and_swallows_what_is_written()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithLinux(l => l with { MaskedPaths = ["/etc/passwd", "/proc/kcore"] })
            .Shell("wc -c </etc/passwd; head -c 1 /proc/kcore | wc -c; echo x >/etc/passwd; stat -c %F /etc/passwd");
        Assert.Equal(["0", "0", "character special file"], house.Run(bundle).Succeeded().Lines);
        Assert.NotEqual(0, new FileInfo($"{bundle.Rootfs}/etc/passwd").Length);
    }

    [Fact]
    public void A_masked_directory_is_empty_and_read_only()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithLinux(l => l with { MaskedPaths = ["/etc", "/sys/firmware", "/no/such/path"] })
            .Shell("ls -A /etc /sys/firmware; touch /etc/x 2>/dev/null || echo refused");
        Assert.Equal(["/etc:", "", "/sys/firmware:", "refused"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void A_mask_cannot_be_taken_off()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithLinux(l => l with { MaskedPaths = ["/etc"] })
            .Shell("umount /etc 2>/dev/null || echo refused; ls -A /etc");
        Assert.Equal("refused", house.Run(bundle).Text);
    }

    [Fact]
    public void A_read_only_path_cannot_be_written()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithLinux(l => l with { ReadonlyPaths = ["/proc/sys", "/etc", "/no/such/path"] })
            .Shell("echo 1 >/proc/sys/net/ipv4/ip_forward || echo refused; touch /etc/x || echo refused; touch /tmp/x && echo elsewhere");
        Assert.Equal(["refused", "refused", "elsewhere"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void A_kernel_parameter_of_a_namespace_is_set_there_alone()
    {
        string before = File.ReadAllText("/proc/sys/kernel/shmmni");
        TestBundle bundle = house
            .NewBundle()
            .WithLinux(l =>
                l with
                {
                    Sysctl = Parameters(("kernel.shmmni", "1234"), ("net.ipv4.ip_forward", "1"), ("net/ipv4/ip_default_ttl", "33")),
                }
            )
            .Shell("cd /proc/sys; cat kernel/shmmni net/ipv4/ip_forward net/ipv4/ip_default_ttl");
        Assert.Equal(["1234", "1", "33"], house.Run(bundle).Succeeded().Lines);
        Assert.Equal(before, File.ReadAllText("/proc/sys/kernel/shmmni"));
    }

    [Theory]
    [InlineData("kernel.panic", "is not in a separate kernel namespace")]
    [InlineData("vm.swappiness", "is not in a separate kernel namespace")]
    [InlineData("net/../kernel/panic", "has an empty component or one of dots")]
    [InlineData("net/./../kernel/panic", "has an empty component or one of dots")]
    [InlineData("net//ipv4/ip_forward", "has an empty component or one of dots")]
    public void A_kernel_parameter_of_the_host_is_refused(string name, string phrase)
    {
        // The host's own value, so that a runtime that sets it does no harm.
        string value = File.ReadAllText(
                name.EndsWith("swappiness", StringComparison.Ordinal) ? "/proc/sys/vm/swappiness" : "/proc/sys/kernel/panic"
            )
            .Trim();
        house.Run(house.NewBundle().WithLinux(l => l with { Sysctl = Parameters((name, value)) })).FailedWith(1, phrase);
    }

    [Fact]
    public void A_kernel_parameter_of_a_shared_namespace_is_refused() =>
        house
            .Run(house.NewBundle().WithoutNamespace("network").WithLinux(l => l with { Sysctl = Parameters(("net.ipv4.ip_forward", "1")) }))
            .FailedWith(1, "is not allowed in the host's network namespace");

    [Fact]
    public void A_parameter_that_does_not_exist_is_one_sentence() =>
        house
            .Run(house.NewBundle().WithLinux(l => l with { Sysctl = Parameters(("net.no.such", "1")) }))
            .FailedWith(1, "set kernel parameter net.no.such: no such file or directory");

    private static Dictionary<string, string> Parameters(params (string Name, string Value)[] parameters) =>
        parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);

    [Fact]
    public void Personality_is_seen_by_uname()
    {
        TestBundle bundle = house.NewBundle().WithLinux(l => l with { Personality = new LinuxPersonality { Domain = "LINUX32" } });
        Assert.Equal("i686", house.Run(bundle.Command("uname", "-m")).Text);
    }

    [Fact]
    public void An_exec_has_the_containers_personality()
    {
        house.RunDetached(house.NewBundle().WithLinux(l => l with { Personality = new LinuxPersonality { Domain = "LINUX32" } }));
        CommandResult result = house.Exec("uname", "-m");
        house.Remove();
        Assert.Equal("i686", result.Text);
    }
}
