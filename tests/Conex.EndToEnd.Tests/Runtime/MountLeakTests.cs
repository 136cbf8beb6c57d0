using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The host's mount table never sees a container, whatever the propagation of the host's mounts.</summary>
public sealed class MountLeakTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void The_hosts_mount_table_does_not_name_a_running_container()
    {
        int before = house.Leaks.MountLines("/proc/self/mountinfo").Length;
        using RunningProgram run = house.BeginRun(house.NewBundle().Shell("echo ready; exec sleep 1000000"), until: "ready");
        string during = File.ReadAllText("/proc/self/mountinfo");
        Assert.DoesNotContain(house.Name, during, StringComparison.Ordinal);
        Assert.DoesNotContain(house.Name, File.ReadAllText("/proc/1/mountinfo"), StringComparison.Ordinal);
        Assert.Equal(before, house.Leaks.MountLines("/proc/self/mountinfo").Length);
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("private")]
    [InlineData("rslave")]
    [InlineData("rshared")]
    public void Nothing_leaks_although_every_mount_of_the_host_is_shared(string? rootfsPropagation)
    {
        string source = $"{house.Place}/source";
        Directory.CreateDirectory(source);
        TestBundle bundle = house
            .NewBundle()
            .Capabilities("CAP_SYS_ADMIN")
            .WithLinux(l => l with { RootfsPropagation = rootfsPropagation })
            .Mount("/data", "bind", source, "rbind")
            .Shell(
                "mount -t tmpfs inside /tmp && mount -t tmpfs inside /data && mkdir /tmp/x && mount --bind /tmp/x /tmp/x && echo mounted; "
                    + "read line"
            );
        bundle.Write();
        string tables = $"{house.Place}/tables";
        Directory.CreateDirectory(tables);
        string runtime = $"{house.Program} --root {house.StateRoot}";
        // A mount namespace of its own takes the host's part: there everything is shared, and a second one is its peer's slave.
        CommandResult result = MountTests.Unshared(
            $"""
            mount --make-rshared / &&
            cat /proc/self/mountinfo >{tables}/before &&
            mkfifo {tables}/input && exec 4<>{tables}/input &&
            {runtime} create -b {bundle.Path} {house.Id} <&4 &&
            cat /proc/self/mountinfo >{tables}/created &&
            {runtime} start {house.Id} &&
            until grep -q inside /proc/$({runtime} ps -f json {house.Id} | tr -d '[]')/mountinfo; do sleep 0.05; done
            cat /proc/self/mountinfo >{tables}/running
            {runtime} delete -f {house.Id}
            cat /proc/self/mountinfo >{tables}/after
            """
        );
        result.Succeeded();
        string[] before = house.Leaks.MountLines($"{tables}/before");
        Assert.Contains(before, line => line.Contains(" shared:", StringComparison.Ordinal));
        Assert.All((string[])["created", "running", "after"], file => Assert.Equal(before, house.Leaks.MountLines($"{tables}/{file}")));
    }

    [Theory]
    [InlineData("rprivate", false, false)]
    [InlineData("rslave", true, false)]
    [InlineData("rshared", true, true)]
    public void A_bind_passes_mounts_only_in_the_directions_that_it_asks_for(string propagation, bool inward, bool outward)
    {
        string source = $"{house.Place}/source";
        Directory.CreateDirectory($"{source}/in");
        Directory.CreateDirectory($"{source}/out");
        TestBundle bundle = house
            .NewBundle()
            .Capabilities("CAP_SYS_ADMIN")
            .Mount("/data", "bind", source, "rbind", propagation)
            .Shell("mount -t tmpfs from-container /data/out; echo ready; read line; cat /proc/self/mountinfo");
        bundle.Write();
        string runtime = $"{house.Program} --root {house.StateRoot}";
        CommandResult result = MountTests.Unshared(
            $"""
            mount --bind {source} {source} && mount --make-rshared {source} && mkfifo {house.Place}/input && exec 4<>{house.Place}/input
            {runtime} run -b {bundle.Path} {house.Id} <&4 >{house.Place}/output &
            until grep -q ready {house.Place}/output; do sleep 0.05; done
            mount -t tmpfs from-host {source}/in
            grep -c from-container /proc/self/mountinfo
            echo go >&4
            wait $!
            grep -c from-host {house.Place}/output
            """
        );
        Assert.Equal([outward ? "1" : "0", inward ? "1" : "0"], result.Lines);
    }
}
