using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Links that a container has or makes lead what is added to it nowhere on the host, and a removal to nothing else.</summary>
public sealed class MountAdditionAttackTests : IDisposable
{
    private readonly RuntimeHouse house = new();
    private readonly string source;

    public MountAdditionAttackTests()
    {
        source = $"{house.Place}/source";
        house.WriteFile("source/file", "from the host\n");
    }

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_link_in_the_image_cannot_redirect_what_is_added()
    {
        string target = $"{house.Place}/target";
        Directory.CreateDirectory(target);
        TestBundle bundle = house.NewBundle();
        File.CreateSymbolicLink($"{bundle.Rootfs}/absolute", target);
        File.CreateSymbolicLink($"{bundle.Rootfs}/relative", "../../../../../../../.." + target);
        house.RunDetached(bundle);
        house
            .Do(
                "mounts",
                "add",
                house.Id,
                house.MountList(TestBundle.Entry("/absolute/a", "bind", source, "bind"), TestBundle.Entry("/relative/b", "tmpfs", "tmpfs"))
            )
            .FailedWith(1, "/absolute/a: no such file or directory");
        house.Exec("mkdir", "-p", target).Succeeded();
        string list = house.MountList(
            TestBundle.Entry("/absolute/a", "bind", source, "bind"),
            TestBundle.Entry("/relative/b", "tmpfs", "tmpfs")
        );
        house.Do("mounts", "add", house.Id, list).Succeeded();
        Assert.Empty(Directory.GetFileSystemEntries(target));
        Assert.DoesNotContain(target, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.DoesNotContain("", house.Mounted($"{target}/a", $"{target}/b"));
        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal(["", ""], house.Mounted($"{target}/a", $"{target}/b"));
        house.Remove();
    }

    [Theory]
    [InlineData("bind")]
    [InlineData("tmpfs")]
    public void A_link_that_the_container_made_cannot_lead_what_is_added_into_proc(string type)
    {
        house.RunDetached(house.NewBundle());
        house.Exec("sh", "-c", "ln -s /proc/sys /link; ln -s /proc/1 /init; ln -s /proc /all").Succeeded();
        string before = house.Exec("cat", "/proc/self/mountinfo").Text;
        foreach (string destination in (string[])["/link/kernel", "/init/attr", "/all", "/link/../all/sys"])
        {
            house
                .Do("mounts", "add", house.Id, house.MountList(TestBundle.Entry(destination, type, source, type == "bind" ? ["bind"] : [])))
                .FailedWith(1, "a symbolic link leads the mount point into procfs, where nothing may be hidden");
        }
        Assert.Equal(before, house.Exec("cat", "/proc/self/mountinfo").Text);
        house.Remove();
    }

    [Fact]
    public void A_process_that_exchanges_the_way_to_the_mount_point_for_a_link_gets_nothing_on_the_host()
    {
        string target = $"{house.Place}/target";
        Directory.CreateDirectory($"{target}/b");
        TestBundle bundle = house.NewBundle();
        Directory.CreateDirectory($"{bundle.Rootfs}/a/b");
        File.CreateSymbolicLink($"{bundle.Rootfs}/link", target);
        using RunningProgram run = house.BeginRun(
            bundle.Shell("echo ready; while :; do mv /a /z && mv /link /a; mv /a /link && mv /z /a; done"),
            until: "ready"
        );
        string list = house.MountList(TestBundle.Entry("/a/b/c", "tmpfs", "raced"));
        int added = 0;
        for (int i = 0; i < 60; i++)
        {
            CommandResult result = house.Do("mounts", "add", house.Id, list);
            Assert.True(result.ExitCode is 0 or 1, result.ToString());
            added += result.ExitCode == 0 ? 1 : 0;
            Assert.Empty(Directory.GetFileSystemEntries($"{target}/b"));
        }
        Assert.InRange(added, 1, 60);
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
    }

    [Fact]
    public void A_link_cannot_make_a_removal_take_a_mask_off()
    {
        house.RunDetached(house.NewBundle());
        string list = house.MountList(TestBundle.Entry("/a/keys", "bind", $"{source}/file", "bind"));
        house.Do("mounts", "add", house.Id, list).Succeeded();
        house.Exec("sh", "-c", "mv /a /b && ln -s /proc /a").Succeeded();
        house
            .Do("mounts", "remove", house.Id, list)
            .FailedWith(1, "unmount /a/keys: invalid argument (EINVAL) (what was added there is gone, or something covers it)");
        Assert.NotEqual("", house.Mounted("/proc/keys"));
        house.Exec("sh", "-c", "rm /a && mv /b /a").Succeeded();
        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal("", house.Mounted("/a/keys"));
        house.Remove();
    }
}
