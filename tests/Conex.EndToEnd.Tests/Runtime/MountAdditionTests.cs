using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Mounts that are added to a container that is there, and removed.</summary>
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
        string list = List(
            TestBundle.Entry("/data", "bind", source, "bind", "ro", "noexec"),
            TestBundle.Entry("/deep/er/scratch", "tmpfs", "scratch", "size=64k", "mode=1750", "nosuid"),
            TestBundle.Entry("/deep/er/scratch/below/file", "bind", $"{source}/file", "bind")
        );
        house.Do("mounts", "add", house.Id, list).Succeeded();
        Assert.Equal("from the host", house.Exec("cat", "/data/file").Text);
        Assert.Equal("from the host", house.Exec("cat", "/deep/er/scratch/below/file").Text);
        house.Exec("touch", "/data/new").FailedWith(1, "Read-only file system");
        Assert.Equal("1750", house.Exec("stat", "-c", "%a", "/deep/er/scratch").Text);
        Assert.Contains("ro,noexec,relatime", Mounted("/data"), StringComparison.Ordinal);
        Assert.Contains("rw,nosuid,relatime - tmpfs scratch rw,size=64k", Mounted("/deep/er/scratch"), StringComparison.Ordinal);

        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal(["", "", ""], Mounted("/data", "/deep/er/scratch", "/deep/er/scratch/below/file"));
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
        string text = File.ReadAllText(List(TestBundle.Entry("/data", "bind", source, "bind")));
        string whole = house.WriteFile("whole.json", $$"""{"ociVersion":"1.2.0","mounts":{{text}}}""");
        house.Do("mounts", "add", house.Id, whole).Succeeded();
        Assert.Equal("from the host", house.Exec("cat", "/data/file").Text);
        // The source does not matter for a removal.
        string place = house.WriteFile("place.json", """{"mounts":[{"destination":"/x/../data/"}]}""");
        Assert.Equal(
            0,
            RunningProgram.Run("sh", ["-c", $"{house.Program} --root {house.StateRoot} mounts remove {house.Id} - <{place}"]).ExitCode
        );
        Assert.Equal("", Mounted("/data"));
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
    public void A_created_container_begins_with_what_was_added()
    {
        using RunningProgram created = house.Create(house.NewBundle().Shell("cat /data/file; exec sleep 1000000"));
        house.Do("mounts", "add", house.Id, List(TestBundle.Entry("/data", "bind", source, "bind"))).Succeeded();
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("from the host");
        house.Remove();
    }

    [Fact]
    public void A_paused_container_sees_it_when_it_goes_on()
    {
        house.RunDetached(house.NewBundle());
        house.Do("pause", house.Id).Succeeded();
        house.Do("mounts", "add", house.Id, List(TestBundle.Entry("/data", "bind", source, "bind"))).Succeeded();
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
        string list = List(TestBundle.Entry("/data", "bind", source, "bind"));
        house.Do("mounts", command, house.Id, list).FailedWith(1, "cannot change the mounts of a stopped container");
        house.Remove();
        house.Do("mounts", command, house.Id, list).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void When_one_of_several_fails_none_is_left()
    {
        house.RunDetached(house.NewBundle());
        string before = house.Exec("cat", "/proc/self/mountinfo").Text;
        string list = List(
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
        house.Do("mounts", "add", house.Id, List(one, two)).Succeeded();
        house.Do("mounts", "remove", house.Id, List(one, one)).FailedWith(1, "unmount /one: it is named twice");
        house.Do("mounts", "add", house.Id, List(one)).Succeeded();
        Assert.Equal(2, house.Exec("grep", "-c", " /one ", "/proc/mounts").Text[0] - '0');
        // The later one is on top.
        house.Do("mounts", "remove", house.Id, List(one)).Succeeded();
        house.Exec("rmdir", "/two").FailedWith(1, "busy");
        house.Do("mounts", "remove", house.Id, List(one, two)).Succeeded();
        Assert.Equal(["", ""], Mounted("/one", "/two"));
        house.Remove();
    }

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
                List(TestBundle.Entry("/absolute/a", "bind", source, "bind"), TestBundle.Entry("/relative/b", "tmpfs", "tmpfs"))
            )
            .FailedWith(1, "/absolute/a: no such file or directory");
        house.Exec("mkdir", "-p", target).Succeeded();
        string list = List(TestBundle.Entry("/absolute/a", "bind", source, "bind"), TestBundle.Entry("/relative/b", "tmpfs", "tmpfs"));
        house.Do("mounts", "add", house.Id, list).Succeeded();
        Assert.Empty(Directory.GetFileSystemEntries(target));
        Assert.DoesNotContain(target, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.DoesNotContain("", Mounted($"{target}/a", $"{target}/b"));
        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal(["", ""], Mounted($"{target}/a", $"{target}/b"));
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
                .Do("mounts", "add", house.Id, List(TestBundle.Entry(destination, type, source, type == "bind" ? ["bind"] : [])))
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
        string list = List(TestBundle.Entry("/a/b/c", "tmpfs", "raced"));
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
        string list = List(TestBundle.Entry("/a/keys", "bind", $"{source}/file", "bind"));
        house.Do("mounts", "add", house.Id, list).Succeeded();
        house.Exec("sh", "-c", "mv /a /b && ln -s /proc /a").Succeeded();
        house
            .Do("mounts", "remove", house.Id, list)
            .FailedWith(1, "unmount /a/keys: invalid argument (EINVAL) (what was added there is gone, or something covers it)");
        Assert.NotEqual("", Mounted("/proc/keys"));
        house.Exec("sh", "-c", "rm /a && mv /b /a").Succeeded();
        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal("", Mounted("/a/keys"));
        house.Remove();
    }

    [Fact]
    public void What_the_container_unmounted_itself_is_gone()
    {
        house.RunDetached(house.NewBundle().Capabilities("CAP_SYS_ADMIN"));
        string list = List(TestBundle.Entry("/data", "tmpfs", "tmpfs"));
        house.Do("mounts", "add", house.Id, list).Succeeded();
        house.Exec("umount", "/data").Succeeded();
        house.Do("mounts", "remove", house.Id, list).FailedWith(1, "what was added there is gone, or something covers it");
        house.Do("mounts", "add", house.Id, list).Succeeded();
        house.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal("", Mounted("/data"));
        house.Remove();
    }

    [Fact]
    public void What_the_start_mounted_stays()
    {
        house.RunDetached(house.NewBundle());
        house
            .Do("mounts", "remove", house.Id, List(TestBundle.Entry("/proc/keys", "bind", "x", "bind")))
            .FailedWith(1, "nothing was added there");
        Assert.NotEqual("", Mounted("/proc/keys"));
        house.Remove();
    }

    [Fact]
    public void Later_mounts_of_the_host_come_in_only_where_that_is_asked_for()
    {
        Directory.CreateDirectory($"{source}/sub");
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        string list = List(
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
                List(TestBundle.Entry("/queues", "mqueue", "mqueue"), TestBundle.Entry("/covered", "tmpfs", "tmpfs", "tmpcopyup", "ro"))
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
            .Do("mounts", "add", house.Id, List(TestBundle.Entry("/data", "bind", source, "bind", "idmap=uids=0-1000-10;gids=0-3000-10")))
            .Succeeded();
        Assert.Equal("1000:3000", house.Exec("stat", "-c", "%u:%g", "/data/file").Text);
        house.Remove();
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
        string list = List(
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
        Assert.Equal(["", ""], Mounted("/data", "/scratch"));
        house.Remove();
    }

    private string List(params Mount[] mounts) =>
        house.WriteFile("mounts.json", $"[{string.Join(',', mounts.Select(mount => Json(mount)))}]");

    private static string Json(Mount mount) =>
        $$"""
            {"destination":"{{mount.Destination}}","type":"{{mount.Type}}","source":"{{mount.Source}}","options":[{{string.Join(
                ',',
                (mount.Options ?? []).Select(option => $"\"{option}\"")
            )}}]}
            """;

    /// <summary>The lines of the container's mount table for these places, empty where nothing is mounted.</summary>
    private string[] Mounted(params string[] paths)
    {
        string[] table = house.Exec("cat", "/proc/self/mountinfo").Lines;
        return [.. paths.Select(path => table.LastOrDefault(line => line.Split(' ')[4] == path) ?? "")];
    }

    private string Mounted(string path) => Mounted([path])[0];
}
