using System.Text;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Files;
using Conex.Linux.Sockets;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>SCMP_ACT_NOTIFY: an agent gets the listener with the state of the process, and the calls wait for it.</summary>
public sealed class SeccompAgentTests : IDisposable
{
    private const string Script = "echo before; mkdir /tmp/x; echo after";

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void The_agent_gets_the_listener_and_the_state_of_the_process()
    {
        using UnixSocket agent = UnixSocket.Listen(AgentPath);
        TestBundle bundle = Notifying(house.NewBundle().Shell(Script));
        bundle.Write();
        using RunningProgram run = house.Begin("run", "-b", bundle.Path, house.Id);
        (ContainerProcessState state, FileHandle listener) = Receive(agent);
        using (listener)
        {
            Assert.Equal(["seccompFd"], state.Fds);
            Assert.Equal("of the test", state.Metadata);
            Assert.Equal(house.InitPid, state.Pid);
            Assert.Equal(
                (house.Id, "creating", state.Pid, bundle.Path),
                (state.State.Id, state.State.Status, state.State.Pid ?? 0, state.State.Bundle)
            );
            run.WaitForOutput("before");
            // The call stands still for as long as somebody could answer.
            Eventually.True(() => Processes().Any(IsNotified), "a process waits for the agent");
            Assert.DoesNotContain("after", run.Output, StringComparison.Ordinal);
        }
        CommandResult result = run.Finish().Succeeded();
        Assert.Contains("Function not implemented", result.Error, StringComparison.Ordinal);
        Assert.Equal("before\nafter\n", result.Output);
    }

    [Fact]
    public void A_created_container_hands_its_listener_over_at_its_start_and_an_exec_its_own()
    {
        using UnixSocket agent = UnixSocket.Listen(AgentPath);
        using RunningProgram created = house.Create(Notifying(house.NewBundle().Command("sleep", "1000000")));
        house.Do("start", house.Id).Succeeded();
        (ContainerProcessState first, FileHandle own) = Receive(agent);
        own.Dispose();
        Assert.Equal("created", first.State.Status);
        using RunningProgram exec = house.Begin("exec", house.Id, "sh", "-c", Script);
        (ContainerProcessState state, FileHandle listener) = Receive(agent);
        Assert.Equal("running", state.State.Status);
        Assert.Equal(house.InitPid, state.State.Pid);
        Assert.NotEqual(state.State.Pid, state.Pid);
        exec.WaitForOutput("before");
        listener.Dispose();
        Assert.Contains("Function not implemented", exec.Finish().Succeeded().Error, StringComparison.Ordinal);
        house.Remove();
    }

    [Fact]
    public void A_filter_may_notify_of_write_and_still_start()
    {
        using UnixSocket agent = UnixSocket.Listen(AgentPath);
        TestBundle bundle = Notifying(house.NewBundle().Shell("echo lost; exit 3"), "write");
        bundle.Write();
        using RunningProgram run = house.Begin("run", "-b", bundle.Path, house.Id);
        Receive(agent).Listener.Dispose();
        Assert.Equal("", run.Finish().Output);
    }

    [Fact]
    public void An_agent_that_is_gone_at_the_start_is_named()
    {
        using UnixSocket agent = UnixSocket.Listen(AgentPath);
        using RunningProgram created = house.Create(Notifying(house.NewBundle().Command("sleep", "1000000")));
        agent.TryAccept()!.Dispose();
        house.Do("start", house.Id).FailedWith(1, "hand the seccomp listener to its agent: broken pipe (EPIPE) (the agent is gone)");
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void The_receiver_may_be_named_by_an_annotation()
    {
        using UnixSocket agent = UnixSocket.Listen(AgentPath);
        TestBundle bundle = Notifying(house.NewBundle().Shell("true"))
            .WithLinux(l => l with { Seccomp = l.Seccomp! with { ListenerPath = null } })
            .With(s =>
                s with
                {
                    Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["run.oci.seccomp.receiver"] = AgentPath },
                }
            );
        bundle.Write();
        using RunningProgram run = house.Begin("run", "-b", bundle.Path, house.Id);
        Receive(agent).Listener.Dispose();
        run.Finish().Succeeded();
    }

    [Fact]
    public void Without_an_agent_nothing_starts()
    {
        house.Run(Notifying(house.NewBundle())).FailedWith(1, $"connect to {AgentPath}: no such file or directory (ENOENT)");
        house
            .Run(Notifying(house.NewBundle("second")).WithLinux(l => l with { Seccomp = l.Seccomp! with { ListenerPath = null } }))
            .FailedWith(1, "seccomp: SCMP_ACT_NOTIFY needs listenerPath");
        house.Run(Notifying(house.NewBundle("third"), "sendmsg")).FailedWith(1, "before its listener is handed over");
    }

    private string AgentPath => $"{house.Place}/agent.sock";

    private TestBundle Notifying(TestBundle bundle, string call = "mkdir") =>
        bundle.WithLinux(l =>
            l with
            {
                Seccomp = new LinuxSeccomp
                {
                    DefaultAction = "SCMP_ACT_ALLOW",
                    ListenerPath = AgentPath,
                    ListenerMetadata = "of the test",
                    Syscalls = [new LinuxSyscall { Names = [call], Action = "SCMP_ACT_NOTIFY" }],
                },
            }
        );

    private static (ContainerProcessState State, FileHandle Listener) Receive(UnixSocket agent)
    {
        using UnixSocket connection = agent.TryAccept() ?? throw new InvalidOperationException("nobody connected to the agent");
        byte[] message = new byte[65536];
        int n = connection.ReceiveDescriptor(message, out FileHandle? listener);
        Assert.NotNull(listener);
        return (ContainerProcessState.Parse(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(message, 0, n))), listener);
    }

    private IEnumerable<int> Processes() => house.Leaks.ProcessNumbers();

    /// <summary>mkdir(2) is call 83.</summary>
    private static bool IsNotified(int pid) => LeakCheck.Read($"/proc/{pid}/syscall").StartsWith("83 ", StringComparison.Ordinal);
}
