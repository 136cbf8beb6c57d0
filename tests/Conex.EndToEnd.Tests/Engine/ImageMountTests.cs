using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Images are mounted on the host for those who ask, and for nobody else.</summary>
public sealed class ImageMountTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly ImageArchive archive = new($"mark {Guid.NewGuid():N}");

    public void Dispose()
    {
        archive.Dispose();
        house.Do("image", "unmount", "--all", "--force").Succeeded();
        Assert.Empty(Mounted());
        house.RequireClean();
    }

    [Fact]
    public void A_mounted_image_shows_its_merged_files_and_nobody_can_change_them()
    {
        Load();

        string path = house.Ask("image", "mount", "mounted:1");

        Assert.StartsWith("mark ", File.ReadAllText($"{path}/mark"), StringComparison.Ordinal);
        Assert.Equal("root:x:0:\n", File.ReadAllText($"{path}/etc/group"));
        Assert.False(File.Exists($"{path}/bin/vi"));
        Assert.Contains("Read-only file system", house.DoOnHost($"touch {path}/new").EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Equal(path, house.Ask("image", "mount", archive.ConfigDigest[7..20]));
        Assert.Equal([path], Mounted());
        Assert.Equal($"mounted:1 {path}", house.Ask("image", "mount", "--format", "{{.Name}} {{.Path}}"));
        Assert.Equal("mounted:1", house.Ask("image", "unmount", "mounted:1"));
        Assert.Empty(Mounted());
        Assert.False(Directory.Exists(path));
        house.Do("image", "unmount", "mounted:1").FailedWith(1, "image mounted:1 is not mounted");
        house.Do("image", "mount", "nosuch").FailedWith(1, "No such image: nosuch");
        house.Do("rmi", "mounted:1").Succeeded();
    }

    [Fact]
    public void An_image_of_one_layer_and_all_images_are_mounted()
    {
        string path = house.Ask("image", "mount", "box");
        Assert.True(File.Exists($"{path}/bin/busybox"));

        string[] lines = house.Ask("image", "mount", "--all").Split('\n');

        Assert.Equal(Mounted().Order(StringComparer.Ordinal), lines.Select(line => line.Split(' ')[1]).Order(StringComparer.Ordinal));
        Assert.Contains($"box:latest {path}", lines);
        house.Do("image", "unmount", "-a").Succeeded();
        Assert.Empty(Mounted());
        house.Do("image", "mount", "-a", "box").FailedWith(1, "mutually exclusive");
        house.Do("image", "unmount").FailedWith(1, "give the name of an image, or --all");
    }

    [Fact]
    public void A_mount_that_is_in_use_goes_by_force_alone()
    {
        string path = house.Ask("image", "mount", "box");
        using RunningProgram user = house.BeginProgram("/bin/sh", "-c", $"cd {path} && echo in && exec sleep 1000000");
        user.WaitForOutput("in");

        house.Do("image", "unmount", "box").FailedWith(1, "--force unmounts it all the same");
        house.Do("image", "umount", "--force", "box").Succeeded();

        Assert.Empty(Mounted());
    }

    [Fact]
    public void A_mount_survives_the_daemon_and_one_whose_image_is_gone_does_not_survive_the_next()
    {
        Load();
        string kept = house.Ask("image", "mount", "box");
        string doomed = house.Ask("image", "mount", "mounted:1");
        string stale = $"{house.DataRoot}/mounts/{new string('0', 64)}";
        Directory.CreateDirectory(stale);
        house.KillDaemon();
        Assert.True(File.Exists($"{kept}/bin/busybox"));
        foreach (string record in Directory.GetFiles($"{house.DataRoot}/images", $"{archive.ConfigDigest[7..]}*"))
        {
            File.Delete(record);
        }
        Assert.StartsWith("mark ", File.ReadAllText($"{doomed}/mark"), StringComparison.Ordinal);

        house.Do("ps").Succeeded();

        Assert.False(Directory.Exists(stale));
        Assert.Equal([kept], Mounted());
        Assert.False(Directory.Exists(doomed));
        Assert.True(File.Exists($"{kept}/bin/busybox"));
    }

    [Fact]
    public void A_mounted_image_that_was_removed_is_unmounted_by_its_ID()
    {
        Load();
        string path = house.Ask("image", "mount", "mounted:1");
        File.Delete($"{house.DataRoot}/content/blobs/sha256/{archive.ConfigDigest[7..]}");
        Assert.Contains("is not whole", house.Do("system", "check", "--repair").Succeeded().Output, StringComparison.Ordinal);

        Assert.Contains(archive.ConfigDigest[7..19], house.Ask("image", "mount"), StringComparison.Ordinal);
        house.Do("image", "unmount", "nosuch").FailedWith(1, "No such image: nosuch");
        house.Do("image", "unmount", archive.ConfigDigest[7..19]).Succeeded();

        Assert.Empty(Mounted());
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void A_mounted_image_is_removed_by_force_alone_which_unmounts_it()
    {
        Load();
        house.Do("tag", "mounted:1", "mounted:2").Succeeded();
        string path = house.Ask("image", "mount", "mounted:1");
        string id = archive.ConfigDigest[7..19];
        string refusal =
            $"unable to delete {id} (must be forced) - image is mounted at {path}: \"conex image unmount mounted:2\" takes the mount away";

        // A name that is not the last one takes nothing from the mount.
        house.Do("rmi", "mounted:1").Succeeded();
        house.Do("rmi", "mounted:2").FailedWith(1, refusal);
        house.Do("rmi", id).FailedWith(1, "image is mounted at");
        Assert.StartsWith("mark ", File.ReadAllText($"{path}/mark"), StringComparison.Ordinal);
        Assert.Equal(archive.ConfigDigest, house.Ask("inspect", "-f", "{{.Id}}", "mounted:2"));

        house.Do("rmi", "-f", "mounted:2").Succeeded();

        Assert.Empty(Mounted());
        Assert.False(Directory.Exists(path));
        house.Do("inspect", "mounted:2").FailedWith(1, "mounted:2");
    }

    [Fact]
    public void Prune_leaves_a_mounted_image_that_has_lost_its_name()
    {
        Load();
        string path = house.Ask("image", "mount", "mounted:1");
        using var other = new ImageArchive($"mark {Guid.NewGuid():N}");
        house.Do("load", "-q", "-i", other.Docker($"{house.Place}/mounted.tar", "mounted:1")).Succeeded();

        Assert.DoesNotContain(archive.ConfigDigest, house.Ask("image", "prune", "--force"), StringComparison.Ordinal);
        Assert.StartsWith("mark ", File.ReadAllText($"{path}/mark"), StringComparison.Ordinal);
        house.Do("image", "unmount", archive.ConfigDigest).Succeeded();
        Assert.Contains(archive.ConfigDigest, house.Ask("image", "prune", "--force"), StringComparison.Ordinal);
        house.Do("rmi", "mounted:1").Succeeded();
    }

    private void Load() => house.Do("load", "-q", "-i", archive.Docker($"{Place()}/mounted.tar", "mounted:1")).Succeeded();

    private string Place()
    {
        house.Prepare();
        return house.Place;
    }

    private string[] Mounted() =>
        [
            .. File.ReadLines("/proc/self/mountinfo")
                .Select(line => line.Split(' ')[4])
                .Where(point => point.StartsWith($"{house.DataRoot}/mounts/", StringComparison.Ordinal)),
        ];
}
