using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Linux.SyscallPrograms;
using Conex.Runtime.Launch;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Tests.LaunchPlans;

namespace Conex.Runtime.Tests.Launch;

/// <summary>What a starter makes of a channel that closes, with a program in the place of the payload. With a byte unread in it the kernel says that the
/// connection was reset (unix(7)), whether execve(2) closed it or the end of the process did.</summary>
public sealed class LaunchedProcessTests
{
    [Fact]
    public void A_payload_that_left_a_byte_unread_goes_on()
    {
        using LaunchedProcess process = Start("exec sleep 1000000", out UnixSocket remote);
        process.Release();
        remote.Dispose();
        process.AwaitExecution();
        Assert.True(process.Handle.IsAlive);
        Assert.True(process.Abandon());
    }

    [Fact]
    public void A_payload_that_left_a_byte_unread_and_ended_has_its_exit_code()
    {
        using LaunchedProcess process = Start("exit 7", out UnixSocket remote);
        Assert.True(SpinWait.SpinUntil(() => process.Handle.PeekEnd() is not null, TimeSpan.FromSeconds(20)));
        process.Release();
        remote.Dispose();
        process.AwaitExecution();
        Assert.Equal(7, process.Handle.Wait().Code);
        process.Handle.Dispose();
    }

    private static LaunchedProcess Start(string script, out UnixSocket remote)
    {
        (UnixSocket channel, remote) = UnixSocket.Pair(packets: true);
        LaunchPlan plan = LaunchPlanCompiler.Compile(TestSpecs.Minimal("mount"), TestSpecs.Options);
        int pid = ChildProcess.Spawn("/bin/sh", ["sh", "-c", script]).Pid;
        return new LaunchedProcess(plan, new LaunchInputs(), channel, new StartedProgram(pid, PidHandle.TryOpen(pid)!, null));
    }
}
