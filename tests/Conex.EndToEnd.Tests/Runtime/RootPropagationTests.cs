using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>linux.rootfsPropagation, where the host's mount of the root file system is shared.</summary>
public sealed class RootPropagationTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData(null, "", "", "nothing")]
    [InlineData("private", "", "", "nothing")]
    [InlineData("rprivate", "", "", "nothing")]
    [InlineData("slave", "master", "", "came")]
    [InlineData("rslave", "master", "", "came")]
    [InlineData("shared", "shared master", "", "came")]
    [InlineData("rshared", "shared master", "shared", "came")]
    [InlineData("unbindable", "unbindable", "", "nothing")]
    [InlineData("runbindable", "unbindable", "unbindable", "nothing")]
    public void It_decides_what_comes_in_and_nothing_goes_out(string? propagation, string root, string below, string seen)
    {
        TestBundle bundle = house
            .NewBundle()
            .WithLinux(l => l with { RootfsPropagation = propagation })
            .Mount("/made", "tmpfs", "tmpfs")
            .Shell(
                $"cat /proc/self/mountinfo; echo ready; for i in $(seq {(seen == "came" ? 1200 : 20)}); do grep -q ' /tmp/late ' /proc/mounts && echo came && exit; sleep 0.05; done; echo nothing"
            );
        Directory.CreateDirectory($"{bundle.Rootfs}/tmp/late");
        bundle.Write();
        string output = $"{house.Place}/output";
        CommandResult result = MountTests.Unshared(
            $"mount --bind {bundle.Rootfs} {bundle.Rootfs} && mount --make-shared {bundle.Rootfs} || exit; "
                + $"{house.Program} --root {house.StateRoot} run -b {bundle.Path} {house.Id} >{output} 2>&1 & "
                + $"until grep -q ready {output} || ! kill -0 $!; do sleep 0.02; done; grep -c '{bundle.Rootfs}/' /proc/self/mountinfo; "
                + $"mount -t tmpfs late {bundle.Rootfs}/tmp/late; wait $!"
        );
        Assert.Equal("0", result.Succeeded().Lines[0]);
        string[] lines = File.ReadAllLines(output);
        Assert.Equal(seen, lines[^1]);
        Assert.Equal(root, Tags(lines, "/"));
        Assert.Equal(below, Tags(lines, "/made"));
    }

    [Fact]
    public void An_unknown_value_is_named() =>
        house
            .Run(house.NewBundle().WithLinux(l => l with { RootfsPropagation = "both" }))
            .FailedWith(1, "linux.rootfsPropagation: unknown value \"both\"");

    /// <summary>The optional fields of a line of mountinfo without their peer group's numbers.</summary>
    private static string Tags(string[] table, string mountPoint)
    {
        string line = Assert.Single(table, l => l.Split(' ') is { Length: > 6 } fields && fields[4] == mountPoint);
        return string.Join(' ', line.Split(" - ")[0].Split(' ').Skip(6).Select(t => t.Split(':')[0]));
    }
}
