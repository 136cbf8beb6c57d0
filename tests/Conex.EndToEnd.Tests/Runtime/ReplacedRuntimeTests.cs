using System.Text;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A container cannot write to the host's program that started it (CVE-2019-5736).</summary>
public sealed class ReplacedRuntimeTests : IDisposable
{
    /// <summary>Holds every process that runs a program of the host, ends it, and writes to the program once nobody runs it.</summary>
    private const string Attack = """
        #!/bin/sh
        for p in /proc/[0-9]*; do
            if tr '\0' ' ' <$p/cmdline | grep -q 'monitor --bundle'; then
                exec 3<$p/exe
                kill -9 ${p#/proc/}
                echo found
            fi
        done
        i=0
        while [ $i != 20 ]; do
            printf X >/proc/self/fd/3
            i=$((i + 1))
            sleep 0.1
        done
        echo done
        """;

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Root_in_a_container_cannot_overwrite_the_runtime_through_proc_self_exe()
    {
        string runtime = $"{house.Place}/runtime-under-attack";
        Executable.Copy(house.Program, runtime);
        byte[] before = File.ReadAllBytes(runtime);
        house.RunDetached(house.NewBundle().Program("/attack", Encoding.UTF8.GetBytes(Attack)));
        string inner = $"{house.Place}/bundle/rootfs/b";
        Directory.CreateDirectory($"{inner}/rootfs");
        File.WriteAllText(
            $"{inner}/config.json",
            """{"ociVersion":"1.2.0","root":{"path":"rootfs"},"process":{"args":["x"],"cwd":"/"},"linux":{"namespaces":[{"type":"mount"}]}}"""
        );
        using RunningProgram inside = RunningProgram.Start(
            runtime,
            ["--root", house.StateRoot, "exec", house.Id, "/proc/self/exe", "monitor", "--bundle", "/b", "--run-dir", "/tmp", "x"]
        );
        inside.WaitForOutput("listening");

        using RunningProgram attack = house.Begin("exec", house.Id, "/attack");
        attack.WaitForOutput("found");
        inside.WaitForExit();
        CommandResult attacked = attack.Finish();

        Assert.Contains("Read-only file system", attacked.Error, StringComparison.Ordinal);
        Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(runtime)), "the container wrote to the host's program");
        house.Remove();
    }

    [Fact]
    public void Where_no_mount_can_be_cloned_the_runtime_executes_a_sealed_copy_of_itself()
    {
        string setpriv = Product.OfMachine("setpriv", "util-linux");
        string strace = Product.OfMachine("strace", "strace");
        string[] withoutMounts = ["--bounding-set", "-sys_admin", "--inh-caps", "-all"];

        CommandResult ran = RunningProgram.Run(setpriv, [.. withoutMounts, strace, house.Program, "run", "--bundle", "/nope", "x"]);

        Assert.Equal(1, ran.ExitCode);
        string[] calls = ran.Error.Split('\n');
        int refused = Array.FindIndex(calls, call => call.StartsWith("open_tree", StringComparison.Ordinal) && call.Contains("EPERM"));
        int sealing = Array.FindIndex(
            calls,
            call => call.Contains("F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE", StringComparison.Ordinal)
        );
        int executed = Array.FindIndex(calls, call => call.StartsWith("execveat", StringComparison.Ordinal));
        Assert.True(0 <= refused && refused < sealing && sealing < executed, ran.ToString());
        Assert.Contains("JSON specification file config.json not found in /nope", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_read_only_mount_the_runtime_starts_only_once()
    {
        string strace = Product.OfMachine("strace", "strace");
        string unshare = Product.OfMachine("unshare", "util-linux");
        string script =
            $"mount --bind {house.Place} {house.Place} && mount -o remount,bind,ro {house.Place} && exec {strace} {house.Place}/runtime run x";
        Executable.Copy(house.Program, $"{house.Place}/runtime");

        CommandResult ran = RunningProgram.Run(unshare, ["--mount", "sh", "-c", script]);

        Assert.Contains("statfs(\"/proc/self/exe\"", ran.Error, StringComparison.Ordinal);
        Assert.Contains("config.json", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("execveat", ran.Error, StringComparison.Ordinal);
    }
}
