using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Options of criu by what a container is like after them: locks, terminals, cgroups, directories.</summary>
public sealed class CheckpointOptionTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_file_lock_is_held_again_where_it_is_asked_for()
    {
        const int flock = 73;
        const int exclusive = 2 | 4; // LOCK_EX | LOCK_NB
        TestBundle bundle = Plain.NewBundle().Program("/bin/lock", ProbeProgram.X64(new ProbeProgram.Call(flock, 9, exclusive)));
        using RunningProgram run = house.RunCounter(bundle, "exec 9>/locked; lock || exit 9; ");
        Assert.False(IsFree());
        CommandResult refused = house.Checkpoint().EndedWith(1);
        Assert.Contains("Some file locks are hold by dumping tasks! You can try --file-locks", refused.Error, StringComparison.Ordinal);

        house.Checkpoint("--file-locks").Succeeded();
        Assert.True(IsFree());
        using RunningProgram restored = house.Restore(bundle, "--file-locks");
        Assert.False(IsFree());
        Plain.Remove();
        Assert.True(IsFree());

        bool IsFree() => RunningProgram.Run("flock", ["--nonblock", $"{bundle.Rootfs}/locked", "true"]).ExitCode == 0;
    }

    /// <summary>The standard streams are the caller's business, terminals too: the restorer's take their place.</summary>
    [Theory]
    [InlineData]
    [InlineData("--shell-job")]
    public void A_payload_on_a_terminal_of_the_outside_goes_on_on_that_of_the_restorer(params string[] options)
    {
        TestBundle bundle = Plain.NewBundle().Shell(CheckpointHouse.Counter);
        bundle.Write();
        using (PseudoTerminal first = new(24, 80))
        {
            OnTerminal(first, "run");
            first.WaitFor("5\r\n");
            house.Checkpoint(options).Succeeded();
        }
        int last = CheckpointHouse.Count(bundle);

        using PseudoTerminal second = new(24, 80);
        OnTerminal(second, "restore", ["--image-path", house.Images, .. options]);
        second.WaitFor($"{last + 5}\r\n");
        Plain.Remove();

        void OnTerminal(PseudoTerminal terminal, string verb, params string[] more)
        {
            string command =
                $"{Product.Runtime} --root {Plain.StateRoot} {verb} --detach --bundle {bundle.Path} {string.Join(' ', more)} {Plain.Id}";
            RunningProgram.Run("sh", ["-c", $"exec {command} <{terminal.Path} >{terminal.Path} 2>&1"], Criu.AddTo).Succeeded();
        }
    }

    /// <summary>One that no restorer could give: criu takes it for a session's that it does not know.</summary>
    [Fact]
    public void Another_terminal_of_the_outside_is_written_down_where_it_is_asked_for()
    {
        using PseudoTerminal terminal = new(24, 80);
        TestBundle bundle = Plain.NewBundle().Shell("exec </dev/null >/dev/null 2>&1; while :; do echo here >&3; sleep 0.02; done");
        bundle.Write();
        string command = $"{Product.Runtime} --root {Plain.StateRoot} run --detach --preserve-fds 1 --bundle {bundle.Path} {Plain.Id}";
        RunningProgram.Run("sh", ["-c", $"exec {command} 3>{terminal.Path}"]).Succeeded();
        terminal.WaitFor("here\r\n");
        CommandResult refused = house.Checkpoint("--leave-running").EndedWith(1);
        Assert.Contains("for fd=3 path=/dev/pts/", refused.Error, StringComparison.Ordinal);

        house.Checkpoint("--leave-running", "--shell-job").Succeeded();
        Assert.Equal("running", Plain.Status());
        Plain.Remove();
    }

    /// <summary>Whoever restores has made the container's cgroup, from the configuration.</summary>
    [Theory]
    [InlineData("ignore", "70")]
    [InlineData("soft", "70")]
    [InlineData("full", "60")]
    [InlineData("strict", null)]
    public void Limits_are_the_configurations_or_where_full_is_asked_for_those_from_before(string mode, string? limit)
    {
        TestBundle bundle = Limited(50);
        using RunningProgram run = house.RunCounter(bundle);
        Plain.Do("update", "--pids-limit", "60", house.Id).Succeeded();
        house.Checkpoint("--manage-cgroups-mode", mode).Succeeded();
        WithLimit(bundle, 70).Write();

        using RunningProgram restored = house.BeginRestore(bundle, "--detach", "--manage-cgroups-mode", mode);
        CommandResult result = restored.WaitForExit();
        if (limit is null)
        {
            Assert.Contains("Abort restore of existing cgroups", result.EndedWith(1).Error, StringComparison.Ordinal);
            Assert.Empty(Plain.Leaks.Find());
            return;
        }
        result.Succeeded();
        Assert.Contains($":/conex/{house.Id}\n", File.ReadAllText($"/proc/{Plain.InitPid}/cgroup"), StringComparison.Ordinal);
        Assert.Equal(limit, File.ReadAllText($"{Machine.CgroupMount("pids")}/conex/{house.Id}/pids.max").Trim());
        Plain.Remove();

        TestBundle Limited(long pids) => WithLimit(Plain.NewBundle().WithLinux(l => l with { CgroupsPath = $"/conex/{house.Id}" }), pids);
    }

    [Fact]
    public void Images_lie_in_one_directory_and_logs_in_another()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        string work = $"{Plain.Place}/work";
        house.Checkpoint("--work-path", work).Succeeded();
        Assert.True(File.Exists($"{work}/dump.log"));
        Assert.True(File.Exists($"{house.Images}/inventory.img"));
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle, "--work-path", work);
        CheckpointHouse.GoesOn(restored, last);
        Assert.True(File.Exists($"{work}/restore.log"));
        Assert.Empty(Directory.GetFiles(house.Images, "*.log"));
        Plain.Remove();
    }

    [Fact]
    public void What_was_read_of_the_images_is_freed_where_it_is_asked_for()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().Succeeded();
        Assert.All(Pages(), blocks => Assert.NotEqual("0", blocks));
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle, "--auto-dedup");
        CheckpointHouse.GoesOn(restored, last);
        Assert.All(Pages(), blocks => Assert.Equal("0", blocks));
        Plain.Remove();

        string[] Pages() => RunningProgram.Run("stat", ["-c", "%b", .. Directory.GetFiles(house.Images, "pages-*.img")]).Succeeded().Lines;
    }

    [Theory]
    [InlineData("--lsm-profile", "nonsense", "invalid argument nonsense for --lsm-profile")]
    [InlineData("--lsm-profile", "selinux:a_u:b_r:c_t", "selinux LSM specified but selinux not supported by kernel")]
    public void A_profile_that_this_host_does_not_have_is_an_error(string option, string value, string sentence)
    {
        Assert.SkipWhen(Directory.Exists("/sys/fs/selinux/booleans"), "SELinux is active");
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().Succeeded();
        CommandResult result = house.Do(
            "restore",
            "--detach",
            "--bundle",
            bundle.Path,
            "--image-path",
            house.Images,
            option,
            value,
            house.Id
        );
        Assert.Contains(sentence, result.EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Empty(Plain.Leaks.Find());
    }

    /// <summary>It changes labels that mounts of the image have, and without SELinux none has one.</summary>
    [Fact]
    public void The_label_of_mounts_reaches_criu()
    {
        const string label = "system_u:object_r:container_file_t:s0:c1,c2";
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().Succeeded();
        string trace = $"{Plain.Place}/trace";
        string[] restore = ["restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, "--lsm-mount-context", label];
        using RunningProgram restored = RunningProgram.Start(
            Product.OfMachine("strace", "strace"),
            ["-s", "65536", "-o", trace, Plain.Program, "--root", Plain.StateRoot, .. restore, house.Id],
            Criu.AddTo
        );
        restored.WaitForExit().Succeeded();
        Assert.Contains(
            File.ReadLines(trace),
            l => l.Contains(label, StringComparison.Ordinal) && !l.StartsWith("execve", StringComparison.Ordinal)
        );
        Plain.Remove();
    }

    [Theory]
    [InlineData("none")]
    [InlineData("Soft")]
    public void A_mode_of_cgroups_that_runc_does_not_know_is_one_sentence(string mode)
    {
        using RunningProgram run = house.RunCounter(Plain.NewBundle());
        house
            .Checkpoint("--manage-cgroups-mode", mode)
            .FailedWith(1, $"Invalid manage-cgroups-mode value \"{mode}\": known are soft, full, strict and ignore");
        Assert.Equal("running", Plain.Status());
        Plain.Remove();
    }

    private static TestBundle WithLimit(TestBundle bundle, long pids) =>
        bundle.WithResources(
            new LinuxResources
            {
                Devices = [new LinuxDeviceRule { Allow = false, Access = "rwm" }],
                Pids = new LinuxPids { Limit = pids },
            }
        );
}
