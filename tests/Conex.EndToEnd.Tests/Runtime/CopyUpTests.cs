using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The option tmpcopyup: a tmpfs that begins with what it covers.</summary>
public sealed class CopyUpTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Everything_is_as_it_was_and_the_image_stays_as_it_is()
    {
        TestBundle bundle = Covered(
            "mkdir sub sub/deep; echo text >sub/deep/file; chmod 4751 sub/deep/file; chown 5:6 sub; chmod 2750 sub; touch -d @1000000000 sub;"
                + "ln -s ../file sub/link; ln sub/deep/file sub/hard; mkfifo pipe; mknod null c 1 3; chmod 600 null; touch $(printf 'odd\\nname');"
                + "head -c 3000000 /dev/zero >large; touch -d @1000000001 sub/deep/file; chmod 1770 .; chown 3:4 ."
        );
        // The fields that a copy shares with its original, for every entry.
        const string list = "cd /covered && find . | sort | while IFS= read -r f; do stat -c '%n %a %u:%g %F %s %Y %t:%T %h' \"$f\"; done";
        bundle.Shell(
            $"({list}) | grep -v '^. ' >/tmp/list; cat /tmp/list; stat -c %a:%u:%g /covered; readlink /covered/sub/link; cat /covered/sub/hard;"
                + " stat -c %i /covered/sub/hard /covered/sub/deep/file | uniq | wc -l; cmp /covered/large /dev/zero 2>&1 | grep -c EOF; touch /covered/new; rm -r /covered/sub"
        );
        string[] expected = RunningProgram
            .Run("sh", ["-c", $"cd {bundle.Rootfs} && {list.Replace("/covered", "covered", StringComparison.Ordinal)} | grep -v '^. '"])
            .Succeeded()
            .Lines;
        string[] actual = house.Run(bundle).Succeeded().Lines;
        string[] withoutDirectorySizes = [.. expected.Select(WithoutDirectorySize)];
        Assert.Equal(withoutDirectorySizes, actual[..expected.Length].Select(WithoutDirectorySize));
        Assert.Equal(["1770:3:4", "../file", "text", "1", "1"], actual[expected.Length..]);
        Assert.True(File.Exists($"{bundle.Rootfs}/covered/sub/deep/file"));
        Assert.False(File.Exists($"{bundle.Rootfs}/covered/new"));
    }

    [Fact]
    public void Attributes_are_copied()
    {
        // struct vfs_cap_data: CAP_NET_RAW, permitted and effective (capabilities(7)).
        byte[] capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        TestBundle bundle = Covered("cp /bin/true capable; mkdir marked").Shell("echo ready; exec sleep 1000000");
        using (DirectoryHandle covered = PathAt.OpenDirectory($"{bundle.Rootfs}/covered"))
        {
            Assert.Equal(Errno.None, ExtendedAttributes.SetAt(covered, "capable"u8, "security.capability", capability));
            Assert.Equal(Errno.None, ExtendedAttributes.SetAt(covered, "marked"u8, "trusted.mark", "value"u8));
        }
        using RunningProgram run = house.BeginRun(bundle, until: "ready");
        string seen = $"/proc/{house.InitPid}/root/covered";
        Assert.Equal(capability, ExtendedAttributes.Get($"{seen}/capable", "security.capability"));
        Assert.Equal("value"u8.ToArray(), ExtendedAttributes.Get($"{seen}/marked", "trusted.mark"));
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
    }

    [Fact]
    public void In_a_user_namespace_the_copies_belong_to_its_users()
    {
        TestBundle bundle = Covered(
            "echo a >own; chown 100000:100000 own; chmod 600 own; echo b >user; chown 100005:100006 user; chmod 640 user"
        );
        RunningProgram.Run("chown", ["100000:100000", $"{bundle.Rootfs}/covered"]).Succeeded();
        bundle.WithUserNamespace().Shell("cd /covered; stat -c '%n %u:%g %a' . own user; cat own; touch new && stat -c %u new");
        Assert.Equal([". 0:0 755", "own 0:0 600", "user 5:6 640", "a", "0"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void In_a_user_namespace_what_belongs_to_nobody_inside_is_copied_only_when_everybody_may_read_it()
    {
        TestBundle bundle = Covered("echo public >public; chmod 4755 public")
            .WithUserNamespace()
            .Shell("stat -c %u:%a /covered/public; cat /covered/public");
        Assert.Equal(["0:755", "public"], house.Run(bundle).Succeeded().Lines);
        File.WriteAllText($"{bundle.Rootfs}/covered/secret", "secret");
        File.SetUnixFileMode($"{bundle.Rootfs}/covered/secret", (UnixFileMode)0x180);
        house.Run(bundle).FailedWith(1, "copy /covered into the tmpfs on it: read secret: permission denied (EACCES)");
    }

    [Fact]
    public void A_link_in_the_image_stays_in_the_image()
    {
        string secret = $"{house.Place}/secret";
        Directory.CreateDirectory(secret);
        File.WriteAllText($"{secret}/of-the-host", "");
        TestBundle bundle = house.NewBundle().Mount("/covered", "tmpfs", "tmpfs", "tmpcopyup").Shell("ls /covered; touch /covered/new");
        File.CreateSymbolicLink($"{bundle.Rootfs}/covered", secret);
        Directory.CreateDirectory($"{bundle.Rootfs}{secret}");
        File.WriteAllText($"{bundle.Rootfs}{secret}/of-the-image", "");
        Assert.Equal(["of-the-image"], house.Run(bundle).Succeeded().Lines);
        Assert.Equal(["of-the-host"], Directory.GetFileSystemEntries(secret).Select(Path.GetFileName));
    }

    [Fact]
    public void Options_that_name_mode_and_owner_win_and_read_only_comes_last()
    {
        TestBundle bundle = Covered("echo x >file; chmod 700 .; chown 9:9 .", "mode=711", "uid=3", "gid=4", "ro");
        bundle.Shell("stat -c %a:%u:%g /covered; cat /covered/file; touch /covered/new");
        CommandResult result = house.Run(bundle).EndedWith(1);
        Assert.Equal(["711:3:4", "x"], result.Lines);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_that_does_not_fit_is_one_sentence() =>
        house
            .Run(Covered("head -c 300000 /dev/zero >large", "size=64k"))
            .FailedWith(1, "copy /covered into the tmpfs on it: write large: no space left on device (ENOSPC)");

    [Fact]
    public void A_tree_without_end_is_one_sentence() =>
        house.Run(Covered("for i in $(seq 300); do mkdir d; cd d; done")).FailedWith(1, "too many levels of symbolic links (ELOOP)");

    [Fact]
    public void What_lies_on_another_mount_is_not_copied()
    {
        TestBundle bundle = Covered("mkdir other");
        bundle.WithoutMount("/covered").Mount("/covered/other", "tmpfs", "tmpfs").Mount("/covered", "tmpfs", "tmpfs", "tmpcopyup");
        bundle.Shell("grep -c covered/other /proc/mounts; ls /covered");
        Assert.Equal("other", house.Run(bundle).Succeeded().Lines[^1]);
    }

    /// <summary>A container with such a tmpfs on a directory that a script on the host has filled.</summary>
    private TestBundle Covered(string script, params string[] options)
    {
        TestBundle bundle = house.NewBundle().Mount("/covered", "tmpfs", "tmpfs", ["tmpcopyup", .. options]);
        Directory.CreateDirectory($"{bundle.Rootfs}/covered");
        RunningProgram.Run("sh", ["-c", $"cd {bundle.Rootfs}/covered && {script}"]).Succeeded();
        return bundle;
    }

    private static string WithoutDirectorySize(string line)
    {
        int at = line.IndexOf(" directory ", StringComparison.Ordinal);
        return at < 0 ? line : $"{line[..at]} {line[(at + " directory ".Length)..].Split(' ')[1]}";
    }
}
