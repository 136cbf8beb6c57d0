using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Launch;

/// <summary>A user namespace that exists for its ID mapping alone.</summary>
internal static class MappingNamespace
{
    /// <summary>Makes one, with a process that lives no longer than this call.</summary>
    /// <exception cref="Conex.Linux.Errors.KernelException">The kernel refused the namespace or the mapping.</exception>
    internal static FileHandle Make(IReadOnlyList<LinuxIdMapping> users, IReadOnlyList<LinuxIdMapping> groups)
    {
        (UnixSocket ours, UnixSocket theirs) = UnixSocket.Pair(packets: true);
        using (ours)
        using (theirs)
        {
            var program = new SyscallProgramBuilder();
            Register channel = program.Register("channel");
            program.Step("hold a user namespace");
            program.Await(channel);
            StartedProgram holder = SyscallInterpreter.Start(
                program.Build(NamespaceSet.User),
                theirs,
                [(channel, theirs.Descriptor)],
                ours
            );
            using PidHandle handle = holder.Handle;
            try
            {
                IdMappings.Write(holder.Pid, users, groups);
                return PathAt.Open($"/proc/{holder.Pid}/ns/user", OpenMode.Read);
            }
            finally
            {
                handle.Send(Signal.SIGKILL);
                handle.Wait();
            }
        }
    }
}
