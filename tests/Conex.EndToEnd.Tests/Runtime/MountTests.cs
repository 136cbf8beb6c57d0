using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Binds, file systems and their options.</summary>
public sealed class MountTests : IDisposable
{
    private readonly RuntimeHouse house = new();
    private readonly string source;

    public MountTests()
    {
        source = $"{house.Place}/source";
        Directory.CreateDirectory(source);
        File.WriteAllText($"{source}/file", "from the host\n");
    }

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_bind_shows_the_hosts_directory_and_may_write_to_it()
    {
        TestBundle bundle = house.NewBundle().Mount("/data", "bind", source, "bind").Shell("cat /data/file; echo back >/data/new");
        Assert.Equal("from the host", house.Run(bundle).Text);
        Assert.Equal("back\n", File.ReadAllText($"{source}/new"));
    }

    [Fact]
    public void A_read_only_bind_cannot_be_written()
    {
        TestBundle bundle = house.NewBundle().Mount("/data", "bind", source, "bind", "ro").Shell("touch /data/new");
        Assert.Contains("Read-only file system", house.Run(bundle).EndedWith(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_bound_to_a_file_that_is_made_for_it()
    {
        TestBundle bundle = house
            .NewBundle()
            .Mount("/deep/er/name", "bind", $"{source}/file", "bind", "ro")
            .Command("cat", "/deep/er/name");
        Assert.Equal("from the host", house.Run(bundle).Text);
    }

    [Fact]
    public void Missing_directories_on_the_way_are_made()
    {
        TestBundle bundle = house.NewBundle().Mount("/a/b/c/d", "bind", source, "bind").Shell("cat /a/b/c/d/file; stat -c %a:%u /a/b");
        Assert.Equal(["from the host", "755:0"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void A_relative_destination_starts_at_the_root()
    {
        TestBundle bundle = house.NewBundle().Mount("data/here", "bind", source, "bind").Command("cat", "/data/here/file");
        Assert.Equal("from the host", house.Run(bundle).Text);
    }

    [Fact]
    public void A_relative_source_starts_at_the_bundle()
    {
        TestBundle bundle = house.NewBundle().Mount("/data", "bind", "rootfs/etc", "bind").Command("head", "-n", "1", "/data/passwd");
        Assert.StartsWith("root:", house.Run(bundle).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bind_of_the_same_file_system_may_be_mounted_on_another_mount()
    {
        TestBundle bundle = house
            .NewBundle()
            .Mount("/data", "tmpfs", "tmpfs")
            .Mount("/data/inner", "bind", source, "bind")
            .Shell("cat /data/inner/file; ls /data");
        Assert.Equal(["from the host", "inner"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void A_recursive_bind_shows_mounts_below_and_a_plain_one_does_not()
    {
        Directory.CreateDirectory($"{source}/sub");
        TestBundle bundle = house
            .NewBundle()
            .Mount("/plain", "bind", source, "bind")
            .Mount("/recursive", "bind", source, "rbind")
            .Mount("/frozen", "bind", source, "rbind", "rro")
            .Shell("ls /plain/sub /recursive/sub; touch /recursive/sub/x && echo written; touch /frozen/sub/y || echo refused");
        bundle.Write();
        // The mount below is made in a mount namespace of its own.
        CommandResult result = Unshared(
            $"mount -t tmpfs below {source}/sub && touch {source}/sub/seen && {house.Program} --root {house.StateRoot} run -b {bundle.Path} {house.Id}"
        );
        Assert.Equal(["/plain/sub:", "", "/recursive/sub:", "seen", "written", "refused"], result.Succeeded().Lines);
    }

    [Fact]
    public void A_tmpfs_takes_size_mode_and_attributes()
    {
        TestBundle bundle = house
            .NewBundle()
            .Mount("/scratch", "tmpfs", "tmpfs", "size=64k", "mode=1750", "nosuid", "nodev", "noexec", "noatime")
            .Shell("stat -c %a /scratch; grep ' /scratch ' /proc/mounts; dd if=/dev/zero of=/scratch/big bs=1k count=200");
        CommandResult result = house.Run(bundle).EndedWith(1);
        Assert.Equal("1750", result.Lines[0]);
        Assert.Contains("nosuid,nodev,noexec,noatime", result.Lines[1], StringComparison.Ordinal);
        Assert.Contains("size=64k", result.Lines[1], StringComparison.Ordinal);
        Assert.Contains("No space left", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_of_a_bind_are_set()
    {
        TestBundle bundle = house
            .NewBundle()
            .Mount("/data", "bind", source, "bind", "nosuid", "nodev", "noexec", "relatime")
            .Shell("grep ' /data ' /proc/mounts | cut -d' ' -f4");
        Assert.StartsWith("rw,nosuid,nodev,noexec,relatime", house.Run(bundle).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_source_is_one_sentence() =>
        house
            .Run(house.NewBundle().Mount("/data", "bind", "/no/such/source", "bind"))
            .FailedWith(1, "bind /no/such/source to /data: no such file or directory (ENOENT) (the source does not exist on the host)");

    [Fact]
    public void A_directory_on_a_file_is_one_sentence() =>
        house
            .Run(house.NewBundle().Mount("/etc/passwd", "bind", source, "bind"))
            .FailedWith(1, "a directory cannot be bound to a file, nor a file to a directory");

    [Fact]
    public void An_unknown_file_system_is_one_sentence() =>
        house.Run(house.NewBundle().Mount("/data", "nonsensefs", "x")).FailedWith(1, "this kernel does not know the file system");

    [Fact]
    public void An_option_that_the_file_system_does_not_know_is_named() =>
        house.Run(house.NewBundle().Mount("/data", "tmpfs", "x", "nonsense=1")).FailedWith(1, "nonsense");

    [Fact]
    public void A_read_only_root_cannot_be_written_but_mounts_in_it_can()
    {
        TestBundle bundle = house
            .NewBundle()
            .With(s => s with { Root = s.Root! with { Readonly = true } })
            .Mount("/tmp", "tmpfs", "tmpfs")
            .Shell("touch /tmp/x && echo written; touch /etc/x || echo refused; touch /dev/x && echo device-directory");
        Assert.Equal(["written", "refused", "device-directory"], house.Run(bundle).Succeeded().Lines);
        Assert.False(File.Exists($"{bundle.Rootfs}/etc/x"));
    }

    [Fact]
    public void The_cgroup_mount_shows_the_containers_own_cgroup_read_only()
    {
        string controller = Machine.HasUnifiedCgroups ? "" : "pids/";
        TestBundle bundle = house
            .NewBundle()
            .Shell($"cat /sys/fs/cgroup/{controller}cgroup.procs; mkdir /sys/fs/cgroup/{controller}x 2>/dev/null || echo refused");
        string[] lines = house.Run(bundle).Succeeded().Lines;
        Assert.Equal("1", lines[0]);
        Assert.Equal("refused", lines[^1]);
    }

    internal static CommandResult Unshared(string script) =>
        RunningProgram.Run(Product.OfMachine("unshare", "util-linux"), ["--mount", "--propagation", "private", "sh", "-c", script]);
}
