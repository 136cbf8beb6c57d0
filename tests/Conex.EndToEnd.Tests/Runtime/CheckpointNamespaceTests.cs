using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Namespaces of a restored container: its own, and those of others.</summary>
public sealed class CheckpointNamespaceTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void Namespaces_that_were_joined_are_joined_again()
    {
        // Whose namespaces they are.
        using RunningProgram holder = RunningProgram.Start(
            "unshare",
            ["--net", "--uts", "--ipc", "sh", "-c", "hostname held; echo held; exec cat"]
        );
        holder.WaitForOutput("held");
        TestBundle bundle = Plain
            .NewBundle()
            .With(s => s with { Hostname = null })
            .AddNamespace("network", $"/proc/{holder.Pid}/ns/net")
            .AddNamespace("uts", $"/proc/{holder.Pid}/ns/uts")
            .AddNamespace("ipc", $"/proc/{holder.Pid}/ns/ipc")
            .WithoutMount("/dev/mqueue");
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().Succeeded();
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        foreach (string type in (string[])["net", "uts", "ipc"])
        {
            Assert.Equal(Namespace(holder.Pid, type), Namespace(Plain.InitPid, type));
        }
        Assert.Equal("held", Plain.Exec("hostname").Text);
        Plain.Remove();
        holder.Input.Close();
        holder.WaitForExit();
        house
            .Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id)
            .FailedWith(1, "it does not exist, and the container is to be restored into it");
    }

    [Fact]
    public void A_container_that_sees_its_cgroups_by_binds_comes_back()
    {
        TestBundle bundle = Plain.NewBundle().WithoutNamespace("cgroup");
        using RunningProgram run = house.RunCounter(bundle);
        string before = Plain.Exec("sh", "-c", "ls /sys/fs/cgroup; ls /sys/fs/cgroup/* | wc -l").Text;
        house.Checkpoint().Succeeded();
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        Assert.Equal(before, Plain.Exec("sh", "-c", "ls /sys/fs/cgroup; ls /sys/fs/cgroup/* | wc -l").Text);
        Plain.Remove();
    }

    [Fact]
    public void A_container_in_a_user_namespace_of_its_own_comes_back()
    {
        TestBundle bundle = Plain
            .NewBundle()
            .WithUserNamespace()
            .Mount("/var", "tmpfs", "tmpfs")
            .Shell("echo kept >/var/file; i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done");
        using RunningProgram run = house.Run(bundle);
        run.WaitForOutput("\n5\n");
        const string look = "id -u; cat /proc/self/uid_map /proc/self/gid_map /var/file; ls -ln /dev/null /var/file | cut -c1-30";
        string before = Plain.Exec("sh", "-c", look).Text;
        house.Checkpoint().Succeeded();
        run.Finish();
        int last = int.Parse(run.Output.TrimEnd().Split('\n')[^1]);

        using RunningProgram restored = house.Restore(bundle);
        restored.WaitForOutput($"\n{last + 5}\n");
        Assert.StartsWith($"{last + 1}\n", restored.Output, StringComparison.Ordinal);
        Assert.Equal(before, Plain.Exec("sh", "-c", look).Text);
        Assert.Contains("100000", File.ReadAllText($"/proc/{Plain.InitPid}/uid_map"), StringComparison.Ordinal);
        Plain.Remove();

        // The images are root's and its group's alone, and have to be the group's.
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute, File.GetUnixFileMode(house.Images));
        File.SetUnixFileMode(house.Images, owner);
        house
            .Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id)
            .FailedWith(1, $"{house.Images} must be open to group root, by which criu reads it in a new user namespace");
    }

    [Theory]
    [InlineData("user", "--user")]
    [InlineData("cgroup", "--cgroup")]
    public void A_container_in_anothers_namespace_that_criu_cannot_join_is_not_written_down_and_goes_on(string type, string option)
    {
        using RunningProgram holder = RunningProgram.Start("unshare", [option, "sh", "-c", "echo held; exec cat"]);
        holder.WaitForOutput("held");
        if (type == "user")
        {
            File.WriteAllText($"/proc/{holder.Pid}/uid_map", "0 0 65536");
            File.WriteAllText($"/proc/{holder.Pid}/gid_map", "0 0 65536");
        }
        TestBundle bundle = Plain.NewBundle().AddNamespace(type, $"/proc/{holder.Pid}/ns/{type}");
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().FailedWith(1, $"{type} namespace /proc/{holder.Pid}/ns/{type}: criu cannot restore into it");
        Assert.Equal("running", Plain.Status());
        Plain.Remove();
    }

    private static string? Namespace(int pid, string type) => File.ResolveLinkTarget($"/proc/{pid}/ns/{type}", false)?.Name;
}
