using System.Runtime.InteropServices;
using Conex.EndToEnd.Tests.Support;
using static Conex.EndToEnd.Tests.Runtime.HookScripts;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Nobody in a container looks into a process that still holds the host's program, memory or descriptors: it is undumpable until it
/// has become the payload (CVE-2019-5736, CVE-2024-21626).</summary>
public sealed class InspectionTests : IDisposable
{
    /// <summary>Tries to look into the process $p. Prints a line for each thing that was seen.</summary>
    private const string Look =
        "readlink /proc/$p/fd/0 >/dev/null && echo descriptors; readlink /proc/$p/exe >/dev/null && echo program; "
        + "readlink /proc/$p/cwd >/dev/null && echo directory; ls /proc/$p/root/ >/dev/null 2>&1 && echo root; head -c 1 /proc/$p/maps 2>/dev/null | grep -q . && echo memory; "
        + "head -c 1 /proc/$p/environ 2>/dev/null | grep -q . && echo environment; ";

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void A_startContainer_hook_sees_nothing_of_the_process_that_waits_for_it(uint user)
    {
        TestBundle bundle = house
            .WithHookLog(house.NewBundle())
            .WithProcess(p =>
                p with
                {
                    User = new() { Uid = user, Gid = user },
                }
            )
            .With(s => s with { Hooks = Only("startContainer", Script($"exec >/out/seen; p=1; {Look} p=self; {Look}")) });
        File.SetUnixFileMode($"{house.Place}/out", (UnixFileMode)0x1FF);
        house.Run(bundle).Succeeded();
        // Of itself it sees everything, so that the look is not blind.
        Assert.Equal(
            ["descriptors", "program", "directory", "root", "memory", "environment"],
            File.ReadAllLines($"{house.Place}/out/seen")
        );
    }

    [Theory]
    [InlineData("0:0")]
    [InlineData("1000:1000")]
    public void Nobody_in_the_container_sees_anything_of_an_exec_until_it_is_the_payload(string user)
    {
        TestBundle bundle = house.NewBundle();
        house.RunDetached(bundle);
        string program = $"{bundle.Rootfs}/tmp/busybox";
        Executable.Copy($"{bundle.Rootfs}/bin/busybox", program);
        using (var lease = new WriteLease(program))
        {
            // It stands inside execve(2), all else done, until the file's holder gives the lease up.
            using RunningProgram held = house.Begin("exec", "--user", user, house.Id, "/tmp/busybox", "true");
            Eventually.True(() => lease.IsWanted, "the exec reached execve(2)");
            string script = $"for d in /proc/[0-9]*; do p=${{d#/proc/}}; [ $p = 1 ] || [ $p = $$ ] || {{ echo $p; {Look} }}; done; true";
            CommandResult looked = house.Do("exec", "--user", user, house.Id, "sh", "-c", script);
            lease.GiveUp();
            held.Finish().Succeeded();
            // Its number, and nothing else.
            Assert.Matches("^[0-9]+$", looked.Succeeded().Output.Trim());
        }
        house.Remove();
    }

    [Fact]
    public void Nobody_in_the_container_sees_anything_of_its_small_init()
    {
        TestBundle bundle = house.NewBundle();
        bundle.With(s => s with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.conex.init"] = "true" } });
        house.RunDetached(bundle);
        CommandResult looked = house.Exec("sh", "-c", $"p=1; {Look}");
        house.Remove();
        Assert.Equal("", looked.Output);
    }

    /// <summary>Keeps execve(2) of a file waiting (fcntl(2), F_SETLEASE).</summary>
    private sealed class WriteLease : IDisposable
    {
        private const int SetSignal = 10;
        private const int SetLease = 1024;
        private const int GetLease = 1025;
        private const int WriteLock = 1;

        /// <summary>SIGURG, which does nothing, instead of SIGIO, which would end this process.</summary>
        private const int Urgent = 23;

        private readonly FileStream file;

        internal WriteLease(string path)
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read);
            Assert.Equal(0, fcntl(Descriptor, SetSignal, Urgent));
            Assert.Equal(0, fcntl(Descriptor, SetLease, WriteLock));
        }

        /// <summary>Whether somebody waits: then the kernel already says what the lease is to become.</summary>
        internal bool IsWanted => fcntl(Descriptor, GetLease, 0) != WriteLock;

        private int Descriptor => (int)file.SafeFileHandle.DangerousGetHandle();

        internal void GiveUp() => file.Dispose();

        public void Dispose() => file.Dispose();

        [DllImport("libc")]
        private static extern int fcntl(int descriptor, int command, int argument);
    }
}
