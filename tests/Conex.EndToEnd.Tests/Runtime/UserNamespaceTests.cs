using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A container whose root is nobody on the host.</summary>
public sealed class UserNamespaceTests : IDisposable
{
    private const string Admin = "CAP_SYS_ADMIN";
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Root_inside_is_100000_outside()
    {
        using RunningProgram run = house.BeginRun(
            house.NewBundle().WithUserNamespace().Shell("id -u; echo ready; exec sleep 1000000"),
            until: "ready"
        );
        Assert.StartsWith("0\n", run.Output, StringComparison.Ordinal);
        string status = File.ReadAllText($"/proc/{house.InitPid}/status");
        Assert.Contains("\nUid:\t100000\t100000\t100000\t100000\n", status, StringComparison.Ordinal);
        Assert.Contains("\nGid:\t100000\t100000\t100000\t100000\n", status, StringComparison.Ordinal);
        Assert.Contains("\nGroups:\t \n", status, StringComparison.Ordinal);
        Assert.Equal(
            ["0", "100000", "65536"],
            File.ReadAllText($"/proc/{house.InitPid}/uid_map").Split(' ', '\n').Where(f => f.Length > 0)
        );
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
    }

    [Fact]
    public void A_user_of_the_container_is_that_users_number_above_100000()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithUserNamespace()
            .WithProcess(p =>
                p with
                {
                    User = new() { Uid = 1000, Gid = 50 },
                }
            );
        using RunningProgram run = house.BeginRun(bundle.Shell("echo ready; exec sleep 1000000"), until: "ready");
        Assert.Contains(
            "\nUid:\t101000\t101000\t101000\t101000\n",
            File.ReadAllText($"/proc/{house.InitPid}/status"),
            StringComparison.Ordinal
        );
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
    }

    [Fact]
    public void A_mount_made_inside_never_appears_on_the_host()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithUserNamespace()
            .Capabilities(Admin)
            .Shell("mount -t tmpfs conex-secret /tmp && grep -c conex-secret /proc/mounts && echo ready && exec sleep 1000000");
        using RunningProgram run = house.BeginRun(bundle, until: "ready");
        Assert.StartsWith("1\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("conex-secret", File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.DoesNotContain("conex-secret", File.ReadAllText("/proc/1/mountinfo"), StringComparison.Ordinal);
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
    }

    /// <summary>What a payload tries on /tmp/data, each followed by its exit code.</summary>
    private const string TryToWrite =
        "touch /tmp/data/x; echo $?; mount -o remount,bind,rw /tmp/data; echo $?; umount /tmp/data; echo $?; "
        + "mount --bind /tmp/data /tmp/other && mount -o remount,bind,rw /tmp/other; echo $?; touch /tmp/data/x /tmp/other/x; echo $?";

    [Fact]
    public void A_read_only_bind_stays_read_only_for_the_containers_root()
    {
        TestBundle bundle = WithData("ro").Shell(TryToWrite);
        CommandResult result = house.Run(bundle).Succeeded();
        Assert.Equal(5, result.Lines.Length);
        Assert.DoesNotContain("0", result.Lines);
        Assert.Empty(Directory.GetFileSystemEntries($"{house.Place}/source"));
    }

    [Fact]
    public void A_read_only_bind_stays_read_only_in_a_user_namespace_that_the_container_makes()
    {
        TestBundle bundle = WithData("ro").Command("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", TryToWrite);
        CommandResult result = house.Run(bundle).Succeeded();
        Assert.Equal(5, result.Lines.Length);
        Assert.DoesNotContain("0", result.Lines);
        Assert.Empty(Directory.GetFileSystemEntries($"{house.Place}/source"));
    }

    [Fact]
    public void What_the_host_mounts_read_only_stays_so_even_with_CAP_SYS_ADMIN()
    {
        TestBundle bundle = WithData("nosuid").Capabilities(Admin).Shell(TryToWrite);
        bundle.Write();
        string source = $"{house.Place}/source";
        CommandResult result = MountTests.Unshared(
            $"mount --bind {source} {source} && mount -o remount,bind,ro {source} && {house.Program} --root {house.StateRoot} run -b {bundle.Path} {house.Id}"
        );
        string[] codes = result.Succeeded().Lines;
        Assert.Equal(5, codes.Length);
        Assert.NotEqual("0", codes[0]);
        Assert.NotEqual("0", codes[1]);
        Assert.NotEqual("0", codes[4]);
        Assert.Empty(Directory.GetFileSystemEntries(source));
    }

    [Fact]
    public void The_default_devices_are_the_hosts_and_work()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithUserNamespace()
            .Shell("echo x >/dev/null && head -c 4 /dev/zero | wc -c && stat -c '%t %T' /dev/null /dev/full");
        Assert.Equal(["4", "1 3", "1 7"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void Capabilities_hold_for_the_containers_namespace_alone()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithUserNamespace()
            .WithoutNamespace("uts")
            .With(s => s with { Hostname = null })
            .Capabilities(Admin)
            .Shell("hostname conex-was-here; echo $?");
        Assert.NotEqual("0", house.Run(bundle).Lines[0]);
        Assert.NotEqual("conex-was-here", Environment.MachineName);
    }

    [Fact]
    public void A_user_namespace_without_mappings_is_refused() =>
        house.Run(house.NewBundle().AddNamespace("user")).FailedWith(1, "user namespaces enabled, but no uid mappings found");

    [Fact]
    public void A_shared_mount_is_refused_in_a_user_namespace() =>
        house.Run(house.NewBundle().WithUserNamespace().Mount("/tmp/x", "bind", "/tmp", "rbind", "rshared")).FailedWith(1, "shared");

    /// <summary>A bind of a host's directory that everybody may write to.</summary>
    private TestBundle WithData(string access)
    {
        string source = $"{house.Place}/source";
        Directory.CreateDirectory(source);
        File.SetUnixFileMode(source, (UnixFileMode)0x1FF);
        TestBundle bundle = house.NewBundle().WithUserNamespace().Mount("/tmp/data", "bind", source, "bind", access);
        // The container's root may not write to the host's files, so mount points are there before.
        Directory.CreateDirectory($"{bundle.Rootfs}/tmp/data");
        Directory.CreateDirectory($"{bundle.Rootfs}/tmp/other");
        return bundle;
    }
}
