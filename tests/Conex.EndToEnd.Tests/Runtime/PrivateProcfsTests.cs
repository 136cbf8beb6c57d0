using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What the runtime writes to procfs reaches the kernel or nothing: no file that a configuration or an image put there instead
/// (CVE-2025-52881). Each set-up may be refused.</summary>
public sealed class PrivateProcfsTests : IDisposable
{
    private const string Parameter = "net/ipv4/ip_forward";
    private const string Untouched = "untouched\n";

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    /// <summary>A bundle that sets a kernel parameter and shows its value.</summary>
    private TestBundle WithParameter(string name = "bundle") =>
        house
            .NewBundle(name)
            .WithLinux(l =>
                l with
                {
                    Sysctl = new Dictionary<string, string>(StringComparer.Ordinal) { ["net.ipv4.ip_forward"] = "1" },
                    ReadonlyPaths = [],
                }
            )
            .Command("cat", $"/proc/sys/{Parameter}");

    [Theory]
    [InlineData("/proc/sys/net/ipv4/ip_forward", "decoy")]
    [InlineData("/proc/sys/net/ipv4", "ipv4")]
    [InlineData("/proc/sys", "sys")]
    [InlineData("/proc/./sys", "sys")]
    public void A_file_that_is_bound_over_a_kernel_parameter_is_not_written(string destination, string source)
    {
        string[] decoys =
        [
            house.WriteFile("decoy", Untouched),
            house.WriteFile("ipv4/ip_forward", Untouched),
            house.WriteFile($"sys/{Parameter}", Untouched),
        ];
        CommandResult result = house.Run(WithParameter().Mount(destination, "bind", $"{house.Place}/{source}", "bind"));
        Assert.All(decoys, file => Assert.Equal(Untouched, File.ReadAllText(file)));
        Assert.True(result.ExitCode is 0 or 1, result.ToString());
        Assert.True(result.ExitCode != 0 || result.Output == "1\n", result.ToString());
    }

    [Fact]
    public void A_proc_that_the_image_brings_is_not_written()
    {
        TestBundle bundle = WithParameter().WithoutMount("/proc");
        string decoy = $"{bundle.Rootfs}/proc/sys/{Parameter}";
        Directory.CreateDirectory(Path.GetDirectoryName(decoy)!);
        File.WriteAllText(decoy, Untouched);
        CommandResult result = house.Run(bundle);
        Assert.Equal(Untouched, File.ReadAllText(decoy));
        // Without a procfs the payload cannot see the value: set, it is read where the image's file does not lie.
        Assert.True(result.ExitCode is 1 || result.Output == Untouched, result.ToString());
    }

    [Fact]
    public void A_proc_in_which_every_link_leads_to_the_host_is_not_written()
    {
        string target = house.WriteFile("target", Untouched);
        TestBundle bundle = WithParameter().WithoutMount("/proc");
        string link = $"{bundle.Rootfs}/proc/sys/{Parameter}";
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, target);
        Directory.CreateDirectory($"{bundle.Rootfs}/proc/self");
        File.CreateSymbolicLink($"{bundle.Rootfs}/proc/self/oom_score_adj", target);
        house.Run(bundle.WithProcess(p => p with { OomScoreAdj = 321 }));
        Assert.Equal(Untouched, File.ReadAllText(target));
    }

    [Fact]
    public void A_parameter_is_set_although_the_container_shows_no_procfs()
    {
        TestBundle bundle = WithParameter().WithoutMount("/proc").Mount("/tmp", "proc", "proc");
        bundle.Command("cat", $"/tmp/sys/{Parameter}");
        Assert.Equal("1", house.Run(bundle).Text);
    }
}
