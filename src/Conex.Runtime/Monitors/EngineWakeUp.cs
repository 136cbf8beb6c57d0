using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;

namespace Conex.Runtime.Monitors;

/// <summary>Starts the engine when a container ended and nobody listens: otherwise nobody would clean up.</summary>
internal static class EngineWakeUp
{
    internal static void Run(string program, string socketPath, Diagnostics diagnostics)
    {
        using UnixSocket? socket = UnixSocket.TryConnect(socketPath, out Errno error);
        if (socket is not null || error is not (Errno.ENOENT or Errno.ECONNREFUSED))
        {
            return;
        }
        try
        {
            // Its data and run directories are in the environment (CONEX_DATA_ROOT, CONEX_RUN_ROOT).
            using FileHandle nothing = PathAt.Open("/dev/null", OpenMode.ReadWrite);
            ChildProcess.Spawn(program, [program], descriptors: [nothing, nothing, nothing], newSession: true);
            CrashStep.At("monitor.exit.engine-started");
        }
        catch (KernelException e)
        {
            diagnostics.Say($"the engine cannot be started to clean up: {e.Message}");
        }
    }
}
