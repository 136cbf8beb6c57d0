using Conex.Linux.Seccomp;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Seccomp;

namespace Conex.Runtime.LaunchPlans;

/// <summary>A seccomp filter that notifies an agent. The process itself sends the listener to it, over the connection that its starter made:
/// nobody needs to stay for that until the start.</summary>
internal static class AgentSteps
{
    internal const string HandOver = "hand the seccomp listener to its agent";

    /// <returns>Null where the filter notifies nobody.</returns>
    internal static AgentRegisters? Registers(SyscallProgramBuilder program, LinuxConfig? linux) =>
        SeccompNotification.Find(linux) is not null
            ? new AgentRegisters(program.Register("agent"), program.Register("agent_message"))
            : null;

    internal static void Add(SyscallProgramBuilder program, SeccompFilter filter, LaunchOptions options, AgentRegisters agent)
    {
        program.Step("read what the seccomp agent is told");
        (Datum, Register) message = program.ReadMessage(agent.Message, options.AgentMessageSize);
        program.Step("install the seccomp filter");
        Register listener = program.LoadSeccomp(filter.Image, (uint)filter.Flags);
        program.Step(HandOver);
        program.SendDescriptor(agent.Socket, message, listener);
        // Were this process to keep it, its own calls would wait for an agent that is gone.
        program.Close(listener);
    }
}
