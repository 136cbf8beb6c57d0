using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What is added to the mounts of a container that runs, and removed.</summary>
public sealed class MountAdditionTests : IDisposable
{
    private readonly RuntimeHouse house = new();
    private readonly string source;

    public MountAdditionTests()
    {
        source = $"{house.Place}/source";
        house.WriteFile("source/file", "from the host\n");
    }

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_bind_and_a_tmpfs_appear_in_a_running_container_and_disappear()
    {
        house.RunDetached(house.NewBundle());
        string list = house.MountList(
            TestBundle.Entry("/data", "bind", source, "bind", "ro", "noexec"),
            TestBundle.Entry("/deep/er/scratch", "tmpfs", "scratch", "size=64k", "mode=1750", "nosuid"),
            TestBundle.Entry("/deep/er/scratch/below/file", "bind", $"{source}/file", "bind")
        );
        house.Do("mounts", "add", house.Id, list).Succeeded();
        Assert.Equal("from the host", house.Exec("cat", "/data/file").Text);
        Assert.Equal("from the host", house.Exec("cat", "/deep/er/scratch/below/file").Text);
        house.Exec("touch", "/data/new").FailedWith(1, "Read-only file system");
        Assert.Equal("1750", house.Exec("stat", "-c", "%a", "/deep/er/scratch").Text);
        Assert.Contains("ro,noexec,relatime", house.Mounted("/data"), StringComparison.Ordinal);
        Assert.Contains("rw,nosuid,relatime - tmpfs scratch rw,size=64k", house.Mounted("/deep/er/scratch"), StringComparison.Ordinal);

        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal(["", "", ""], house.Mounted("/data", "/deep/er/scratch", "/deep/er/scratch/below/file"));
        Assert.Equal(
            "",
            house.Exec("ls", "/data", "/deep/er/scratch").Text.Replace("/data:\n\n/deep/er/scratch:", "", StringComparison.Ordinal)
        );
        house.Do("mounts", "remove", house.Id, list).FailedWith(1, "unmount /data: nothing was added there by mounts add");
        house.Remove();
    }

    [Fact]
    public void The_mounts_come_as_a_list_or_a_configuration_from_a_file_or_standard_input()
    {
        house.RunDetached(house.NewBundle());
        string text = File.ReadAllText(house.MountList(TestBundle.Entry("/data", "bind", source, "bind")));
        string whole = house.WriteFile("whole.json", $$"""{"ociVersion":"1.2.0","mounts":{{text}}}""");
        house.Do("mounts", "add", house.Id, whole).Succeeded();
        Assert.Equal("from the host", house.Exec("cat", "/data/file").Text);
        // The source does not matter for a removal.
        string place = house.WriteFile("place.json", """{"mounts":[{"destination":"/x/../data/"}]}""");
        Assert.Equal(
            0,
            RunningProgram.Run("sh", ["-c", $"{house.Program} --root {house.StateRoot} mounts remove {house.Id} - <{place}"]).ExitCode
        );
        Assert.Equal("", house.Mounted("/data"));
        house.Remove();
    }

    [Theory]
    [InlineData("[", "not valid JSON")]
    [InlineData("{}", "mounts")]
    [InlineData("[]", "it lists no mounts")]
    [InlineData("""[{"type":"tmpfs"}]""", "destination")]
    [InlineData("""[{"destination":"/x"}]""", "mount /x has neither a type nor a bind option")]
    [InlineData("""[{"destination":"/x","type":"proc"}]""", "mount /x: proc is mounted at the start alone")]
    [InlineData("""[{"destination":"/proc/sys","type":"tmpfs"}]""", "a mount inside /proc is refused")]
    [InlineData(
        """[{"destination":"/x","type":"nonsense"}]""",
        "mount nonsense on /x: no such device (ENODEV) (this kernel does not know the file system)"
    )]
    [InlineData("""[{"destination":"/x","source":"/nowhere","options":["bind"]}]""", "(the source does not exist on the host)")]
    public void What_cannot_be_added_is_one_sentence(string text, string sentence)
    {
        house.RunDetached(house.NewBundle());
        string before = house.Exec("cat", "/proc/self/mountinfo").Text;
        house.Do("mounts", "add", house.Id, house.WriteFile("bad.json", text)).FailedWith(1, sentence);
        Assert.Equal(before, house.Exec("cat", "/proc/self/mountinfo").Text);
        house.Remove();
    }

    [Fact]
    public void When_one_of_several_fails_none_is_left()
    {
        house.RunDetached(house.NewBundle());
        string before = house.Exec("cat", "/proc/self/mountinfo").Text;
        string list = house.MountList(
            TestBundle.Entry("/one", "bind", source, "bind"),
            TestBundle.Entry("/two", "bind", $"{source}/file", "bind"),
            TestBundle.Entry("/one/file", "tmpfs", "tmpfs")
        );
        house.Do("mounts", "add", house.Id, list).FailedWith(1, "unable to add mounts: mount tmpfs on /one/file: ");
        Assert.Equal(before, house.Exec("cat", "/proc/self/mountinfo").Text);
        house.Do("mounts", "remove", house.Id, list).FailedWith(1, "unmount /one: nothing was added there by mounts add");
        house.Remove();
    }

    [Fact]
    public void All_are_removed_or_none()
    {
        house.RunDetached(house.NewBundle());
        Mount one = TestBundle.Entry("/one", "tmpfs", "one");
        Mount two = TestBundle.Entry("/two", "tmpfs", "two");
        house.Do("mounts", "add", house.Id, house.MountList(one, two)).Succeeded();
        house.Do("mounts", "remove", house.Id, house.MountList(one, one)).FailedWith(1, "unmount /one: it is named twice");
        house.Do("mounts", "add", house.Id, house.MountList(one)).Succeeded();
        Assert.Equal(2, house.Exec("grep", "-c", " /one ", "/proc/mounts").Text[0] - '0');
        // The later one is on top.
        house.Do("mounts", "remove", house.Id, house.MountList(one)).Succeeded();
        house.Exec("rmdir", "/two").FailedWith(1, "busy");
        house.Do("mounts", "remove", house.Id, house.MountList(one, two)).Succeeded();
        Assert.Equal(["", ""], house.Mounted("/one", "/two"));
        house.Remove();
    }

    [Fact]
    public void What_the_container_unmounted_itself_is_gone()
    {
        house.RunDetached(house.NewBundle().Capabilities("CAP_SYS_ADMIN"));
        string list = house.MountList(TestBundle.Entry("/data", "tmpfs", "tmpfs"));
        house.Do("mounts", "add", house.Id, list).Succeeded();
        house.Exec("umount", "/data").Succeeded();
        house.Do("mounts", "remove", house.Id, list).FailedWith(1, "what was added there is gone, or something covers it");
        house.Do("mounts", "add", house.Id, list).Succeeded();
        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal("", house.Mounted("/data"));
        house.Remove();
    }

    [Fact]
    public void What_the_start_mounted_stays()
    {
        house.RunDetached(house.NewBundle());
        house
            .Do("mounts", "remove", house.Id, house.MountList(TestBundle.Entry("/proc/keys", "bind", "x", "bind")))
            .FailedWith(1, "nothing was added there");
        Assert.NotEqual("", house.Mounted("/proc/keys"));
        house.Remove();
    }

    [Fact]
    public void Later_mounts_of_the_host_come_in_only_where_that_is_asked_for()
    {
        Directory.CreateDirectory($"{source}/sub");
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        string list = house.MountList(
            TestBundle.Entry("/parted", "bind", source, "rbind"),
            TestBundle.Entry("/followed", "bind", source, "rbind", "rslave")
        );
        string runtime = $"{house.Program} --root {house.StateRoot}";
        CommandResult result = MountTests
            .Unshared(
                $"mount --make-rshared / && {runtime} run -d -b {bundle.Path} {house.Id} </dev/null >/dev/null 2>&1 "
                    + $"&& {runtime} mounts add {house.Id} {list} && mount -t tmpfs later {source}/sub "
                    + $"&& {runtime} exec {house.Id} grep -o ' /.*ed/sub tmpfs' /proc/mounts; {runtime} delete -f {house.Id}"
            )
            .Succeeded();
        Assert.Equal([" /followed/sub tmpfs"], result.Lines);
    }

    [Fact]
    public void A_message_queue_is_that_of_the_container_and_a_tmpfs_begins_with_what_it_covers()
    {
        TestBundle bundle = house.NewBundle();
        Directory.CreateDirectory($"{bundle.Rootfs}/covered");
        File.WriteAllText($"{bundle.Rootfs}/covered/file", "below\n");
        house.RunDetached(bundle);
        house.Exec("touch", "/dev/mqueue/queue").Succeeded();
        house
            .Do(
                "mounts",
                "add",
                house.Id,
                house.MountList(
                    TestBundle.Entry("/queues", "mqueue", "mqueue"),
                    TestBundle.Entry("/covered", "tmpfs", "tmpfs", "tmpcopyup", "ro")
                )
            )
            .Succeeded();
        Assert.Equal("queue", house.Exec("ls", "/queues").Text);
        Assert.Equal("below", house.Exec("cat", "/covered/file").Text);
        house.Exec("touch", "/covered/new").FailedWith(1, "Read-only file system");
        house.Remove();
    }

    [Fact]
    public void Mappings_of_a_bind_that_is_added_decide_what_owners_it_shows()
    {
        house.RunDetached(house.NewBundle());
        house
            .Do(
                "mounts",
                "add",
                house.Id,
                house.MountList(TestBundle.Entry("/data", "bind", source, "bind", "idmap=uids=0-1000-10;gids=0-3000-10"))
            )
            .Succeeded();
        Assert.Equal("1000:3000", house.Exec("stat", "-c", "%u:%g", "/data/file").Text);
        house.Remove();
    }
}
