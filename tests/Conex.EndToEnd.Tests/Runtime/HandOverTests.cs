using System.Text;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What the runtime hands to its caller, and what of the caller's it hands through to the payload.</summary>
public sealed class HandOverTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    /// <summary>Longer than a socket's address.</summary>
    private string SocketPath => $"{Directory.CreateDirectory($"{house.Place}/{new string('d', 100)}").FullName}/pidfd.sock";

    [Fact]
    public void Create_sends_the_pidfd_of_the_containers_process()
    {
        using UnixSocket listener = UnixSocket.Listen(SocketPath);
        using RunningProgram created = house.Create(house.NewBundle(), "--pidfd-socket", SocketPath);
        Assert.Equal(house.InitPid, Receive(listener));
        house.Remove();
    }

    [Fact]
    public void An_annotation_may_ask_for_the_pidfd()
    {
        using UnixSocket listener = UnixSocket.Listen(SocketPath);
        TestBundle bundle = house
            .NewBundle()
            .Command("sleep", "1000000")
            .With(s =>
                s with
                {
                    Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["run.oci.pidfd_receiver"] = SocketPath },
                }
            );
        bundle.Write();
        using RunningProgram run = house.Begin("run", "-d", "-b", bundle.Path, house.Id);
        run.WaitForExit().Succeeded();
        Assert.Equal(house.InitPid, Receive(listener));
        house.Remove();
    }

    [Fact]
    public void Exec_sends_the_pidfd_of_its_process()
    {
        house.RunDetached(house.NewBundle());
        using UnixSocket listener = UnixSocket.Listen(SocketPath);
        string file = $"{house.Place}/exec.pid";
        using RunningProgram exec = house.Begin(
            "exec",
            "-d",
            "--pid-file",
            file,
            "--pidfd-socket",
            SocketPath,
            house.Id,
            "sleep",
            "1000002"
        );
        exec.WaitForExit().Succeeded();
        Assert.Equal(RuntimeHouse.WaitForPid(file), Receive(listener));
        house.Remove();
    }

    [Fact]
    public void A_socket_that_nobody_listens_on_leaves_no_container()
    {
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        house.Do("create", "--pidfd-socket", SocketPath, "-b", bundle.Path, house.Id).FailedWith(1, "no such file or directory (ENOENT)");
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void A_caller_that_accepts_nothing_does_not_hold_the_runtime_up()
    {
        using UnixSocket listener = UnixSocket.Listen(SocketPath, backlog: 0);
        List<UnixSocket> waiting = [];
        while (UnixSocket.TryConnect(SocketPath, out _, sendSeconds: 1) is { } queued)
        {
            waiting.Add(queued);
        }
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000").WithProcess(p => p with { Terminal = true });
        bundle.Write();
        house
            .Do("create", "--console-socket", SocketPath, "-b", bundle.Path, house.Id)
            .FailedWith(1, $"connect to {SocketPath}: resource temporarily unavailable (EAGAIN)");
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
        waiting.ForEach(w => w.Dispose());
    }

    [Fact]
    public void Listening_sockets_come_first_and_preserved_descriptors_after_them()
    {
        TestBundle bundle = house
            .NewBundle()
            .Shell("echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; cat <&3; cat <&4; cat <&5; cat <&6 || echo closed");
        CommandResult result = Activated(bundle, "LISTEN_FDS=2 LISTEN_PID=$$ LISTEN_FDNAMES=a:b", "--preserve-fds 1");
        Assert.Equal(["2 1 a:b", "one", "two", "three", "closed"], result.Succeeded().Lines);
    }

    [Fact]
    public void Sockets_for_the_payload_are_taken_and_those_for_another_process_are_not()
    {
        const string script = "echo +$LISTEN_FDS+; cat <&3 || echo closed";
        Assert.Equal(["+1+", "one"], Activated(house.NewBundle("a").Shell(script), "LISTEN_FDS=1 LISTEN_PID=1", "").Succeeded().Lines);
        Assert.Equal(["++", "closed"], Activated(house.NewBundle("b").Shell(script), "LISTEN_FDS=1 LISTEN_PID=2", "").Succeeded().Lines);
        Assert.Equal(["++", "closed"], Activated(house.NewBundle("c").Shell(script), "LISTEN_FDS=x LISTEN_PID=1", "").Succeeded().Lines);
        Activated(house.NewBundle("d"), "LISTEN_FDS=9 LISTEN_PID=1", "").FailedWith(1, "LISTEN_FDS=9: descriptor");
    }

    [Fact]
    public void The_callers_groups_are_kept_where_an_annotation_says_so()
    {
        TestBundle bundle = house
            .NewBundle()
            .Shell("id -G")
            .WithProcess(p =>
                p with
                {
                    User = new() { Uid = 1000, Gid = 50 },
                }
            );
        bundle.Write();
        string setpriv = Product.OfMachine("setpriv", "util-linux");
        string[] command = ["--groups", "7,8", house.Program, "--root", house.StateRoot, "run", "-b", bundle.Path, house.Id];
        Assert.Equal("50", RunningProgram.Run(setpriv, command).Text);
        bundle.With(s =>
            s with
            {
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["run.oci.keep_original_groups"] = "1" },
            }
        );
        bundle.Write();
        Assert.Equal("50 7 8", RunningProgram.Run(setpriv, command).Text);
    }

    private CommandResult Activated(TestBundle bundle, string variables, string options)
    {
        bundle.Write();
        string one = house.WriteFile("one", "one\n");
        string two = house.WriteFile("two", "two\n");
        string three = house.WriteFile("three", "three\n");
        string runtime = $"{house.Program} --root {house.StateRoot} run {options} -b {bundle.Path} {house.Id}";
        return RunningProgram.Run(
            Product.OfMachine("bash", "bash"),
            ["-c", $"exec 3<{one} 4<{two} 5<{three} 6</etc/passwd; export {variables}; exec {runtime}"]
        );
    }

    /// <summary>The number of the process whose pidfd comes (proc_pid_fdinfo(5)).</summary>
    private static int Receive(UnixSocket listener)
    {
        using UnixSocket connection = listener.TryAccept() ?? throw new InvalidOperationException("nobody connected");
        byte[] message = new byte[64];
        int n = connection.ReceiveDescriptor(message, out FileHandle? pidfd);
        Assert.Equal("pidfd", Encoding.ASCII.GetString(message, 0, n));
        using (pidfd)
        {
            string info = File.ReadAllText($"/proc/self/fdinfo/{pidfd!.Descriptor}");
            return int.Parse(info.Split('\n').Single(l => l.StartsWith("Pid:", StringComparison.Ordinal))[4..]);
        }
    }
}
