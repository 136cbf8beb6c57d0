using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What each group of mount options does to a mount, as the kernel shows it.</summary>
public sealed class MountOptionTests : IDisposable
{
    /// <summary>What runc's features say, for callers look options up there.</summary>
    private static readonly string[] Options = (
        "async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev nodiratime noexec noiversion nolazytime"
        + " nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime remount rexec rnoatime rnodev"
        + " rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid"
        + " rsymfollow runbindable rw shared silent slave strictatime suid symfollow sync tmpcopyup unbindable"
    ).Split(' ');

    private readonly RuntimeHouse house = new();
    private readonly string source;

    public MountOptionTests()
    {
        source = $"{house.Place}/source";
        Directory.CreateDirectory(source);
        File.WriteAllText($"{source}/file", "from the host\n");
    }

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("rw,relatime", "defaults")]
    [InlineData("rw,noatime", "strictatime,noatime")]
    [InlineData("rw", "noatime,strictatime")]
    [InlineData("rw,relatime", "noatime,atime")]
    [InlineData("rw,relatime", "noatime,relatime")]
    [InlineData("rw,relatime", "strictatime,nostrictatime")]
    [InlineData("rw,relatime", "norelatime")]
    [InlineData("rw,nodiratime,relatime", "nodiratime")]
    [InlineData("rw,relatime", "nodiratime,diratime")]
    [InlineData("rw,relatime,nosymfollow", "nosymfollow")]
    [InlineData("rw,relatime", "nosymfollow,symfollow")]
    [InlineData("ro,nosuid,nodev,noexec,relatime", "ro,nosuid,nodev,noexec")]
    [InlineData("rw,relatime", "ro,rw,nosuid,suid,nodev,dev,noexec,exec")]
    public void Attributes_hold_for_binds_and_file_systems(string shown, string options)
    {
        string[] list = options.Split(',');
        TestBundle bundle = house
            .NewBundle()
            .Mount("/bound", "bind", source, ["bind", .. list])
            .Mount("/made", "tmpfs", "tmpfs", list)
            .Command("cat", "/proc/self/mountinfo");
        string table = house.Run(bundle).Succeeded().Output;
        Assert.Equal(shown, Attributes(table, "/bound"));
        Assert.Equal(shown, Attributes(table, "/made"));
    }

    [Theory]
    [InlineData("rro", "ro,relatime")]
    [InlineData("rnosuid", "rw,nosuid,relatime")]
    [InlineData("rnodev", "rw,nodev,relatime")]
    [InlineData("rnoexec", "rw,noexec,relatime")]
    [InlineData("rnodiratime", "rw,nodiratime,relatime")]
    [InlineData("rnoatime", "rw,noatime")]
    [InlineData("rstrictatime", "rw")]
    [InlineData("rrelatime", "rw,relatime")]
    [InlineData("rnosymfollow", "rw,relatime,nosymfollow")]
    [InlineData("rro,rnosuid,rnodev,rnoexec,rnodiratime,rnoatime", "ro,nosuid,nodev,noexec,noatime,nodiratime")]
    [InlineData("rro,rrw,rnosuid,rsuid,rnodev,rdev,rnoexec,rexec,rnodiratime,rdiratime,rnoatime,ratime", "rw,relatime")]
    [InlineData("rstrictatime,rnostrictatime,rnorelatime,rnosymfollow,rsymfollow", "rw,relatime")]
    public void Recursive_attributes_hold_for_all_that_is_below(string options, string shown)
    {
        Directory.CreateDirectory($"{source}/sub");
        TestBundle bundle = house
            .NewBundle()
            .Mount("/bound", "bind", source, ["rbind", .. options.Split(',')])
            .Command("cat", "/proc/self/mountinfo");
        bundle.Write();
        string table = MountTests
            .Unshared($"mount -t tmpfs below {source}/sub && {house.Program} --root {house.StateRoot} run -b {bundle.Path} {house.Id}")
            .Succeeded()
            .Output;
        Assert.Equal(shown, Attributes(table, "/bound"));
        Assert.Equal(shown, Attributes(table, "/bound/sub"));
    }

    [Theory]
    [InlineData("sync", "rw,sync")]
    [InlineData("dirsync", "rw,dirsync")]
    [InlineData("lazytime", "rw,lazytime")]
    [InlineData("mand", "rw,mand")]
    [InlineData("sync,async,lazytime,nolazytime,mand,nomand", "rw")]
    [InlineData("iversion,sync", "rw,sync")]
    [InlineData("noiversion,silent,loud", "rw")]
    public void Settings_of_the_superblock_reach_the_file_system(string options, string shown)
    {
        TestBundle bundle = house.NewBundle().Mount("/made", "tmpfs", "tmpfs", options.Split(',')).Command("cat", "/proc/self/mountinfo");
        string line = Line(house.Run(bundle).Succeeded().Output, "/made");
        string settings = line.Split(' ')[^1];
        // tmpfs adds settings of its own.
        Assert.True(settings == shown || settings.StartsWith($"{shown},inode", StringComparison.Ordinal), line);
    }

    [Fact]
    public void A_remount_changes_settings_and_attributes_of_what_is_there()
    {
        TestBundle bundle = house
            .NewBundle()
            .Mount("/made", "tmpfs", "tmpfs", "size=64k", "sync")
            .Mount("/made", "tmpfs", "tmpfs", "remount", "size=128k", "async", "lazytime", "ro", "noexec", "iversion")
            .Command("cat", "/proc/self/mountinfo");
        string table = house.Run(bundle).Succeeded().Output;
        Assert.Equal("ro,noexec,relatime", Attributes(table, "/made"));
        Assert.Contains("lazytime,size=128k", Line(table, "/made"), StringComparison.Ordinal);
        Assert.DoesNotContain("sync", Line(table, "/made"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_remount_of_what_is_not_mounted_is_one_sentence() =>
        house
            .Run(house.NewBundle().Mount("/etc", "bind", "none", "bind", "remount", "ro"))
            .FailedWith(1, "remount /etc: invalid argument (EINVAL)");

    [Fact]
    public void A_symbolic_link_as_source_is_followed_bound_or_copied()
    {
        File.CreateSymbolicLink($"{source}/link", "file");
        File.CreateSymbolicLink($"{source}/dangling", "/not/there");
        TestBundle bundle = house
            .NewBundle()
            .Mount("/followed", "bind", $"{source}/link", "bind")
            .Mount("/bound", "bind", $"{source}/link", "bind", "src-nofollow", "dest-nofollow")
            .Mount("/copied", "bind", $"{source}/dangling", "bind", "copy-symlink")
            .Mount("/plain", "bind", $"{source}/file", "bind", "copy-symlink")
            .Shell("cat /followed; readlink /bound; readlink /copied; cat /plain; grep -c ' /copied ' /proc/mounts");
        File.CreateSymbolicLink($"{bundle.Rootfs}/bound", "elsewhere");
        CommandResult result = house.Run(bundle).EndedWith(1);
        Assert.Equal(["from the host", "file", "/not/there", "from the host", "0"], result.Lines);
        Assert.False(File.Exists($"{bundle.Rootfs}/elsewhere"));
    }

    [Fact]
    public void A_link_is_not_copied_over_another_one()
    {
        File.CreateSymbolicLink($"{source}/link", "target");
        TestBundle bundle = house.NewBundle().Mount("/copied", "bind", $"{source}/link", "bind", "copy-symlink");
        File.CreateSymbolicLink($"{bundle.Rootfs}/copied", "target-of-another");
        house.Run(bundle).FailedWith(1, "link /copied to target: file exists (EEXIST)");
    }

    [Fact]
    public void A_tmpfs_takes_the_mode_of_the_directory_that_it_covers_unless_told_another()
    {
        TestBundle bundle = house
            .NewBundle()
            .Mount("/covered", "tmpfs", "tmpfs", "ro")
            .Mount("/told", "tmpfs", "tmpfs", "mode=711")
            .Shell("stat -c %a /covered /told; touch /covered/x");
        Directory.CreateDirectory($"{bundle.Rootfs}/covered", (UnixFileMode)0x1E8);
        Directory.CreateDirectory($"{bundle.Rootfs}/told", (UnixFileMode)0x1E8);
        CommandResult result = house.Run(bundle).EndedWith(1);
        Assert.Equal(["750", "711"], result.Lines);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("private", "")]
    [InlineData("shared", "shared")]
    [InlineData("unbindable", "unbindable")]
    public void A_file_system_gets_its_propagation(string option, string shown)
    {
        TestBundle bundle = house.NewBundle().Mount("/made", "tmpfs", "tmpfs", option).Command("cat", "/proc/self/mountinfo");
        string tags = string.Join(' ', Line(house.Run(bundle).Succeeded().Output, "/made").Split(" - ")[0].Split(' ').Skip(6));
        Assert.StartsWith(shown, tags, StringComparison.Ordinal);
        Assert.Equal(shown.Length == 0, tags.Length == 0);
    }

    [Fact]
    public void Every_option_of_the_list_is_taken()
    {
        using var features = JsonDocument.Parse(house.Do("features").Succeeded().Output);
        string[] known = [.. features.RootElement.GetProperty("mountOptions").EnumerateArray().Select(o => o.GetString()!)];
        Assert.Equal(Options, known.Except(["copy-symlink", "src-nofollow", "dest-nofollow", "idmap", "ridmap"]));
        string[] options = [.. known.Except(["tmpcopyup", "remount", "idmap", "ridmap"])];
        TestBundle bundle = house
            .NewBundle()
            .Mount("/bound", "bind", source, [.. options])
            .Mount("/made", "tmpfs", "tmpfs", [.. options.Except(["bind", "rbind"])])
            .Command("true");
        house.Run(bundle).Succeeded();
    }

    private static string Line(string table, string mountPoint) =>
        Assert.Single(table.Split('\n'), l => l.Split(' ') is { Length: > 5 } fields && fields[4] == mountPoint);

    private static string Attributes(string table, string mountPoint) => Line(table, mountPoint).Split(' ')[5];
}
