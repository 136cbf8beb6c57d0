using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Links in an image lead nowhere on the host: the holes that other runtimes had, one after the other.</summary>
public sealed class HostileImageTests : IDisposable
{
    private readonly RuntimeHouse house = new();
    private readonly string target;

    public HostileImageTests()
    {
        target = $"{house.Place}/target";
        Directory.CreateDirectory($"{target}/inner");
        File.WriteAllText($"{target}/secret", "secret of the host\n");
    }

    public void Dispose()
    {
        string[] left = [.. Directory.GetFileSystemEntries(target, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        string secret = File.ReadAllText($"{target}/secret");
        house.Dispose();
        Assert.Equal([$"{target}/inner", $"{target}/secret"], left);
        Assert.Equal("secret of the host\n", secret);
    }

    /// <summary>A bundle in whose image a path is a link.</summary>
    private TestBundle WithLink(string path, string linkTarget)
    {
        TestBundle bundle = house.NewBundle();
        string file = $"{bundle.Rootfs}{path}";
        if (Directory.Exists(file))
        {
            Directory.Delete(file, recursive: true);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.CreateSymbolicLink(file, linkTarget);
        return bundle;
    }

    /// <summary>An image that brings its own /dev, as bundles without a tmpfs there have it.</summary>
    private static TestBundle WithOwnDevices(TestBundle bundle)
    {
        foreach (string below in (string[])["/dev/shm", "/dev/mqueue", "/dev/pts", "/dev"])
        {
            bundle.WithoutMount(below);
        }
        return bundle;
    }

    /// <summary>The runtime may refuse, or do it inside; the host is checked at the end of each test.</summary>
    private CommandResult RunOrRefuse(TestBundle bundle)
    {
        CommandResult result = house.Run(bundle);
        Assert.True(result.ExitCode is 0 or 1, result.ToString());
        Assert.DoesNotContain("secret of the host", result.Output, StringComparison.Ordinal);
        return result;
    }

    [Theory]
    [InlineData("/data", "{0}", "/data")]
    [InlineData("/data", "../../../../../../../../..{0}", "/data")]
    [InlineData("/data", "{0}/missing", "/data")]
    [InlineData("/data", "{0}", "/data/below/that")]
    [InlineData("/a/b", "{0}/inner", "/a/b/c/d")]
    [InlineData("/data", "/proc/self/root{0}", "/data")]
    [InlineData("/data", "/proc/1/cwd", "/data/x")]
    public void A_mount_point_that_is_a_link_stays_inside(string link, string to, string destination)
    {
        TestBundle bundle = WithLink(link, string.Format(System.Globalization.CultureInfo.InvariantCulture, to, target));
        Directory.CreateDirectory($"{house.Place}/source");
        bundle
            .Mount(destination, "bind", $"{house.Place}/source", "bind")
            .Mount(destination, "tmpfs", "tmpfs")
            .Shell("ls -R /data /a; cat /data/secret");
        RunOrRefuse(bundle.Shell("cat /data/secret /a/b/secret 2>/dev/null; true"));
    }

    [Fact]
    public void A_link_to_a_directory_of_the_image_is_followed_inside()
    {
        TestBundle bundle = WithLink("/var/run", "/run");
        Directory.CreateDirectory($"{bundle.Rootfs}/run");
        string source = house.WriteFile("source/file", "bound\n");
        bundle.Mount("/var/run/socket", "bind", source, "bind").Command("cat", "/run/socket");
        Assert.Equal("bound", house.Run(bundle).Text);
    }

    [Theory]
    [InlineData("/proc", "/tmp")]
    [InlineData("/proc", "{0}")]
    [InlineData("/sys", "/tmp")]
    [InlineData("/sys", "{0}")]
    public void Proc_and_sys_must_be_ordinary_directories(string path, string to)
    {
        // CVE-2019-19921, CVE-2023-27561: masks and labels would go to what the link leads to.
        TestBundle bundle = WithLink(path, string.Format(System.Globalization.CultureInfo.InvariantCulture, to, target));
        house.Run(bundle).FailedWith(1, $"on {path}");
    }

    [Theory]
    [InlineData("/proc/self", "bind")]
    [InlineData("/proc/sys", "bind")]
    [InlineData("/proc/1/attr", "tmpfs")]
    [InlineData("/proc", "tmpfs")]
    [InlineData("/proc", "bind")]
    [InlineData("/tmp/../proc/sys", "bind")]
    [InlineData("proc/sys", "bind")]
    public void Nothing_may_hide_what_the_runtime_reads_in_proc(string destination, string type)
    {
        // CVE-2019-16884, CVE-2025-52881.
        TestBundle bundle = house.NewBundle().Mount(destination, type, type == "bind" ? target : "tmpfs", type == "bind" ? ["bind"] : []);
        house.Run(bundle).EndedWith(1);
    }

    [Theory]
    [InlineData("/link", "/proc/sys", "/link/kernel", "bind")]
    [InlineData("/link", "/proc", "/link/sys", "tmpfs")]
    [InlineData("/link", "proc/1", "/link/attr", "tmpfs")]
    [InlineData("/link", "/proc/sys/net", "/link", "bind")]
    [InlineData("/link", "/proc", "/link", "tmpfs")]
    [InlineData("/link", "/proc", "/link/../proc/../link/sys", "bind")]
    [InlineData("/proc-of-old", "proc/meminfo", "/proc-of-old", "bind")]
    public void No_link_leads_a_mount_into_proc(string link, string to, string destination, string type)
    {
        TestBundle bundle = WithLink(link, to)
            .Mount(destination, type, type == "bind" ? Source() : "tmpfs", type == "bind" ? ["bind"] : []);
        house.Run(bundle).FailedWith(1, "a symbolic link leads the mount point into procfs, where nothing may be hidden");

        string Source() => to.EndsWith("meminfo", StringComparison.Ordinal) ? $"{target}/secret" : target;
    }

    [Theory]
    [InlineData("/link", "remount", "rw", "suid", "exec")]
    [InlineData("/link/../link/.", "bind", "remount", "ro")]
    public void No_link_leads_a_remount_to_proc(string destination, params string[] options)
    {
        house
            .Run(WithLink("/link", "/proc").Mount(destination, "none", "none", options))
            .FailedWith(1, "a symbolic link leads to procfs, which is changed by its own path alone");
    }

    [Fact]
    public void Proc_is_mounted_anew_by_its_own_path()
    {
        TestBundle bundle = house
            .NewBundle()
            .Mount("/proc", "proc", "proc", "remount", "ro")
            .Command("grep", " /proc ", "/proc/self/mounts");
        Assert.StartsWith("proc /proc proc ro,", house.Run(bundle).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_proc_that_may_be_replaced_is_replaced()
    {
        string file = house.WriteFile("meminfo", "little\n");
        TestBundle bundle = house.NewBundle().Mount("/proc/meminfo", "bind", file, "bind").Command("cat", "/proc/meminfo");
        Assert.Equal("little", house.Run(bundle).Text);
    }

    [Fact]
    public void Device_nodes_are_made_inside_although_dev_is_a_link()
    {
        // CVE-2026-41579.
        RunOrRefuse(WithOwnDevices(WithLink("/dev", target)));
        RunOrRefuse(WithOwnDevices(house.NewBundle("second")).Shell("ls -l /dev"));
    }

    [Fact]
    public void A_tmpfs_on_dev_lands_inside_although_dev_is_a_link() => RunOrRefuse(WithLink("/dev", target).Shell("ls /dev"));

    [Theory]
    [InlineData("/dev/shm")]
    [InlineData("/dev/extra")]
    public void A_configured_device_is_made_inside_although_its_directory_is_a_link(string directory)
    {
        TestBundle bundle = WithOwnDevices(WithLink(directory, target))
            .WithLinux(l =>
                l with
                {
                    Devices =
                    [
                        new LinuxDevice
                        {
                            Path = $"{directory}/node",
                            Type = "c",
                            Major = 1,
                            Minor = 3,
                        },
                    ],
                }
            );
        RunOrRefuse(bundle);
    }

    [Theory]
    [InlineData("{0}/made-by-console")]
    [InlineData("{0}/secret")]
    public void The_console_is_not_made_through_a_link(string to)
    {
        // CVE-2025-52565.
        TestBundle bundle = WithLink("/dev/console", string.Format(System.Globalization.CultureInfo.InvariantCulture, to, target))
            .WithProcess(p => p with { Terminal = true })
            .WithoutMount("/dev/shm")
            .WithoutMount("/dev/mqueue")
            .WithoutMount("/dev");
        RunOrRefuse(bundle.Shell("echo written >/dev/console"));
    }

    [Theory]
    [InlineData("ln -s /tmp/mine")]
    [InlineData("cp /etc/hostname")]
    [InlineData("mkfifo")]
    [InlineData("sh -c 'mknod $0 c 5 2'")]
    public void A_terminal_comes_from_no_ptmx_of_the_image(string made)
    {
        TestBundle bundle = WithOwnDevices(house.NewBundle()).WithProcess(p => p with { Terminal = true }).Shell("echo written");
        Directory.CreateDirectory($"{bundle.Rootfs}/dev/pts");
        RunningProgram.Run("sh", ["-c", $"{made} {bundle.Rootfs}/dev/pts/ptmx"]).Succeeded();
        house.Run(bundle).FailedWith(1, "open a terminal of the container's devpts: ");
    }

    [Fact]
    public void A_mask_is_the_null_device_of_the_host_and_not_of_the_image()
    {
        // CVE-2025-31133: the image's /dev/null leads to what the mask then shows.
        TestBundle bundle = WithOwnDevices(WithLink("/dev/null", "/etc/passwd"));
        bundle.WithLinux(l => l with { MaskedPaths = ["/proc/kcore", "/etc/group"] }).Command("cat", "/etc/group");
        CommandResult result = house.Run(bundle);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public void A_masked_or_read_only_path_that_is_a_link_covers_what_it_leads_to_inside()
    {
        TestBundle bundle = WithLink("/etc/link", $"{target}/secret");
        bundle
            .WithLinux(l => l with { MaskedPaths = ["/etc/link", "/etc/passwd"], ReadonlyPaths = ["/etc/link"] })
            .Shell("cat /etc/link /etc/passwd; true");
        RunOrRefuse(bundle);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("/proc/self/fd/5")]
    [InlineData("/proc/1/root{0}")]
    [InlineData("../../../../../../../../../..{0}")]
    public void A_working_directory_that_is_a_link_stays_inside(string to)
    {
        TestBundle bundle = WithLink("/work", string.Format(System.Globalization.CultureInfo.InvariantCulture, to, target));
        bundle.WithProcess(p => p with { Cwd = "/work" }).Shell("cat secret; true");
        RunOrRefuse(bundle);
        RunOrRefuse(bundle.WithProcess(p => p with { Cwd = "/work/made/below" }));
    }

    [Fact]
    public void A_home_directory_comes_from_the_images_own_users_although_passwd_is_a_link()
    {
        File.Delete($"{target}/secret");
        File.WriteAllText($"{target}/secret", "root:x:0:0:root:/secret of the host:/bin/sh\n");
        TestBundle bundle = house.NewBundle().Shell("echo $HOME");
        File.Delete($"{bundle.Rootfs}/etc/passwd");
        File.CreateSymbolicLink($"{bundle.Rootfs}/etc/passwd", $"{target}/secret");
        CommandResult result = house.Run(bundle);
        File.WriteAllText($"{target}/secret", "secret of the host\n");
        Assert.Equal("/", result.Text);
    }
}
