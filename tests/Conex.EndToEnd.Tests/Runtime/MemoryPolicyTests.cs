using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>linux.memoryPolicy, as the kernel shows it for each mapping.</summary>
public sealed class MemoryPolicyTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public MemoryPolicyTests() => Assert.SkipUnless(File.Exists("/proc/self/numa_maps"), "this kernel has no NUMA");

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("MPOL_DEFAULT", null, null, "default")]
    [InlineData("MPOL_BIND", "0", null, "bind:0")]
    [InlineData("MPOL_BIND", "0", "MPOL_F_STATIC_NODES", "bind=static:0")]
    [InlineData("MPOL_BIND", "0", "MPOL_F_RELATIVE_NODES", "bind=relative:0")]
    [InlineData("MPOL_BIND", "0", "MPOL_F_NUMA_BALANCING", "bind")]
    [InlineData("MPOL_PREFERRED", "0", null, "prefer:0")]
    [InlineData("MPOL_INTERLEAVE", "0-0", null, "interleave:0")]
    [InlineData("MPOL_LOCAL", null, null, "local")]
    [InlineData("MPOL_PREFERRED_MANY", "0", null, "prefer (many):0")]
    [InlineData("MPOL_WEIGHTED_INTERLEAVE", "0", null, "weighted interleave:0")]
    public void Every_mode_and_flag_reaches_the_payload(string mode, string? nodes, string? flag, string shown)
    {
        TestBundle bundle = With(mode, nodes, flag).Shell("head -n 1 /proc/self/numa_maps");
        Assert.StartsWith(shown, house.Run(bundle).Text.Split(' ', 2)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void An_exec_has_the_containers_policy()
    {
        house.RunDetached(With("MPOL_BIND", "0", null));
        CommandResult result = house.Exec("head", "-n", "1", "/proc/self/numa_maps");
        house.Remove();
        Assert.Contains(" bind:0", result.Succeeded().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_is_not_there_is_one_sentence() =>
        house
            .Run(With("MPOL_BIND", "700", null))
            .FailedWith(1, "set the memory policy MPOL_BIND on the nodes 700: invalid argument (EINVAL)");

    private TestBundle With(string mode, string? nodes, string? flag) =>
        house
            .NewBundle()
            .WithLinux(l =>
                l with
                {
                    MemoryPolicy = new LinuxMemoryPolicy
                    {
                        Mode = mode,
                        Nodes = nodes,
                        Flags = flag is null ? null : [flag],
                    },
                }
            );
}
