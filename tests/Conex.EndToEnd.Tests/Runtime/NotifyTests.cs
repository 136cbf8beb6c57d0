using System.Text;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>sd_notify: a container's payload says that it is ready, and its service manager hears that and nothing else.</summary>
public sealed class NotifyTests : IDisposable
{
    private readonly RuntimeHouse house = new();
    private readonly UnixSocket manager;

    public NotifyTests() => manager = DatagramSocket.Bind(ManagerPath);

    public void Dispose()
    {
        manager.Dispose();
        house.Dispose();
    }

    private string ManagerPath => $"{house.Place}/manager.sock";

    [Fact]
    public void Start_waits_until_the_payload_is_ready_and_names_its_process()
    {
        TestBundle bundle = house.NewBundle().Shell("echo socket $NOTIFY_SOCKET; exec sleep 1000000");
        bundle.Write();
        using RunningProgram created = Begin("create", "-b", bundle.Path, house.Id);
        created.WaitForExit().Succeeded();
        using RunningProgram start = Begin("start", house.Id);
        created.WaitForOutput("socket /run/notify/notify.sock");
        int pid = house.InitPid;
        Say(pid, "STATUS=not yet\nMAINPID=1");
        Say(pid, "READY=1\nMAINPID=1\nWATCHDOG=1");
        Assert.Equal("READY=1\n", Hear());
        Assert.Equal($"MAINPID={pid}\n", Hear());
        Assert.False(start.HasExited);
        Assert.Equal("BARRIER=1", Hear());
        start.Finish().Succeeded();
        Assert.Equal(-1, Poll.Readable([manager], 0));
        house.Remove();
    }

    [Fact]
    public void A_container_in_the_foreground_is_ready_without_another_main_process()
    {
        TestBundle bundle = house.NewBundle().Shell("echo up; exec sleep 1000000");
        bundle.Write();
        using RunningProgram run = Begin("run", "-b", bundle.Path, house.Id);
        run.WaitForOutput("up");
        Say(house.InitPid, "READY=1");
        Assert.Equal("READY=1\n", Hear());
        Assert.Equal("BARRIER=1", Hear());
        run.Signal(Signal.SIGTERM);
        house.Do("kill", house.Id, "KILL");
        Assert.Equal(137, run.Finish().ExitCode);
    }

    [Fact]
    public void Run_detached_waits_for_readiness_too()
    {
        TestBundle bundle = house.NewBundle().Shell("echo up; exec sleep 1000000");
        bundle.Write();
        using RunningProgram run = Begin("run", "-d", "-b", bundle.Path, house.Id);
        run.WaitForOutput("up");
        Assert.False(run.HasExited);
        int pid = house.InitPid;
        Say(pid, "READY=1");
        Assert.Equal(["READY=1\n", $"MAINPID={pid}\n", "BARRIER=1"], [Hear(), Hear(), Hear()]);
        run.WaitForExit().Succeeded();
        house.Remove();
    }

    [Fact]
    public void Start_returns_when_the_payload_ends_without_being_ready()
    {
        TestBundle bundle = house.NewBundle().Shell("exit 0");
        bundle.Write();
        using RunningProgram created = Begin("create", "-b", bundle.Path, house.Id);
        created.WaitForExit().Succeeded();
        using RunningProgram start = Begin("start", house.Id);
        start.Finish().Succeeded();
        house.Do("delete", house.Id).Succeeded();
        Assert.Equal(-1, Poll.Readable([manager], 0));
    }

    [Fact]
    public void A_payload_of_another_user_may_say_that_it_is_ready_and_change_nothing_else()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    User = new() { Uid = 1000, Gid = 1000 },
                }
            )
            .Shell("[ -w $NOTIFY_SOCKET ] && echo writable; touch /run/notify/x || echo read-only; rm $NOTIFY_SOCKET || echo stays");
        bundle.Write();
        using RunningProgram run = Begin("run", "-b", bundle.Path, house.Id);
        Assert.Equal(["writable", "read-only", "stays"], run.Finish().Lines);
    }

    private RunningProgram Begin(params string[] arguments) =>
        house.Begin(start => start.Environment["NOTIFY_SOCKET"] = ManagerPath, arguments);

    /// <summary>Says something as a process of the container would.</summary>
    private static void Say(int pid, string text)
    {
        using UnixSocket socket = DatagramSocket.Connect($"/proc/{pid}/root/run/notify/notify.sock");
        socket.Send(Encoding.ASCII.GetBytes(text));
    }

    /// <summary>The next message to the service manager; a descriptor that comes along is closed at once.</summary>
    private string Hear()
    {
        Assert.Equal(0, Poll.Readable([manager], (int)RunningProgram.Patience.TotalMilliseconds));
        byte[] message = new byte[4096];
        int n = manager.ReceiveDescriptor(message, out FileHandle? descriptor);
        descriptor?.Dispose();
        return Encoding.ASCII.GetString(message, 0, n);
    }
}
