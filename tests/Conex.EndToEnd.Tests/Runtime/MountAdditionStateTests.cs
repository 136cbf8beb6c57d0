using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Mounts are added to containers that are created, paused or in a user namespace, and to none that has stopped.</summary>
public sealed class MountAdditionStateTests : IDisposable
{
    private readonly RuntimeHouse house = new();
    private readonly string source;

    public MountAdditionStateTests()
    {
        source = $"{house.Place}/source";
        house.WriteFile("source/file", "from the host\n");
    }

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_created_container_begins_with_what_was_added()
    {
        using RunningProgram created = house.Create(house.NewBundle().Shell("cat /data/file; exec sleep 1000000"));
        house.Do("mounts", "add", house.Id, house.MountList(TestBundle.Entry("/data", "bind", source, "bind"))).Succeeded();
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("from the host");
        house.Remove();
    }

    [Fact]
    public void A_paused_container_sees_it_when_it_goes_on()
    {
        house.RunDetached(house.NewBundle());
        house.Do("pause", house.Id).Succeeded();
        house.Do("mounts", "add", house.Id, house.MountList(TestBundle.Entry("/data", "bind", source, "bind"))).Succeeded();
        Assert.Equal("paused", house.Status());
        house.Do("resume", house.Id).Succeeded();
        Assert.Equal("from the host", house.Exec("cat", "/data/file").Text);
        house.Remove();
    }

    [Theory]
    [InlineData("add")]
    [InlineData("remove")]
    public void A_stopped_container_has_no_mounts_to_change(string command)
    {
        house.Run(house.NewBundle(), "--keep").Succeeded();
        string list = house.MountList(TestBundle.Entry("/data", "bind", source, "bind"));
        house.Do("mounts", command, house.Id, list).FailedWith(1, "cannot change the mounts of a stopped container");
        house.Remove();
        house.Do("mounts", command, house.Id, list).FailedWith(1, "container does not exist");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_container_with_a_user_namespace_takes_mounts_before_and_after_its_start(bool started)
    {
        TestBundle bundle = house.NewBundle().WithUserNamespace().Command("sleep", "1000000");
        // Its root is not the image's owner: it may not make mount points.
        Directory.CreateDirectory($"{bundle.Rootfs}/data");
        Directory.CreateDirectory($"{bundle.Rootfs}/scratch");
        using RunningProgram created = house.Create(bundle);
        if (started)
        {
            house.Do("start", house.Id).Succeeded();
        }
        string list = house.MountList(
            TestBundle.Entry("/data", "bind", source, "bind", "ro"),
            TestBundle.Entry("/scratch", "tmpfs", "scratch", "mode=755")
        );
        house.Do("mounts", "add", house.Id, list).Succeeded();
        if (!started)
        {
            house.Do("start", house.Id).Succeeded();
        }
        Assert.Equal("from the host", house.Exec("cat", "/data/file").Text);
        house.Exec("touch", "/data/new").FailedWith(1, "Read-only file system");
        // The tmpfs belongs to the container's root.
        Assert.Equal("0:0", house.Exec("stat", "-c", "%u:%g", "/scratch").Text);
        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal(["", ""], house.Mounted("/data", "/scratch"));
        house.Remove();
    }
}
