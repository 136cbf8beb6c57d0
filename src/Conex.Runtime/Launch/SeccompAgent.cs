using Conex.Linux.Files;
using Conex.Linux.Sockets;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Errors;
using Conex.Runtime.Seccomp;
using Conex.Runtime.State;

namespace Conex.Runtime.Launch;

/// <summary>The connection to a seccomp agent, and what it is told with the listener (runtime-spec config-linux.md, "The Container Process
/// State"). The launched process sends it.</summary>
public sealed class SeccompAgent : IDisposable
{
    /// <summary>Seconds that an agent has to accept, and later to make room for the message.</summary>
    private const int Patience = 10;

    /// <summary>What a unix socket takes in one piece with its default buffer.</summary>
    private const int LargestMessage = 64 << 10;

    private readonly ContainerProcessState state;

    private SeccompAgent(UnixSocket socket, ContainerProcessState state)
    {
        Socket = socket;
        this.state = state;
        Message = MemoryFile.Create("container-process-state");
    }

    internal UnixSocket Socket { get; }

    internal FileHandle Message { get; }

    /// <summary>No message is longer than this, in bytes.</summary>
    internal int LongestMessage => Text(int.MaxValue, int.MaxValue).Length;

    /// <summary>Connects to the agent of a filter that needs one.</summary>
    /// <returns>Null where the filter notifies nobody.</returns>
    /// <exception cref="FormatException">The filter's notifications cannot be.</exception>
    /// <exception cref="Linux.Errors.KernelException">Nobody listens.</exception>
    internal static SeccompAgent? TryConnect(LinuxConfig? linux, ContainerRecord record, string status)
    {
        if (SeccompNotification.Find(linux) is not { } seccomp)
        {
            return null;
        }
        SeccompNotification.Check(seccomp);
        var state = new ContainerProcessState
        {
            OciVersion = record.OciVersion,
            Fds = ["seccompFd"],
            Pid = 0,
            Metadata = seccomp.ListenerMetadata,
            State = ContainerStateText.Of(record, status, 0),
        };
        var agent = new SeccompAgent(UnixSocket.Connect(seccomp.ListenerPath!, Patience), state);
        if (agent.LongestMessage <= LargestMessage)
        {
            return agent;
        }
        agent.Dispose();
        throw new InvalidSpecException(
            $"seccomp: listenerMetadata and annotations are more than the {LargestMessage} bytes that fit a message"
        );
    }

    /// <summary>Writes the message, now that the process has a number.</summary>
    internal void Describe(int pid, int init) => MemoryFile.Fill(Message, Text(pid, init));

    /// <inheritdoc/>
    public void Dispose()
    {
        Socket.Dispose();
        Message.Dispose();
    }

    private byte[] Text(int pid, int init) => (state with { Pid = pid, State = state.State with { Pid = init } }).ToUtf8Json();
}
