using System.Globalization;
using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Runtime.Checkpoints;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary><c>checkpoint</c>.</summary>
internal static class CheckpointCommand
{
    internal static Command Checkpoint { get; } =
        new()
        {
            Name = "checkpoint",
            Description = "Write a running container down, to be restored later",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.Exactly(1),
            Options = () =>
                CriuArguments
                    .Table()
                    .Text("parent-path", "dir", "Directory of an earlier pre-dump, relative to --image-path")
                    .Flag("leave-running", "Let the container go on")
                    .Flag("tcp-skip-in-flight", "Leave out TCP connections that are being made")
                    .Flag("link-remap", "Link files again that were removed while they are open")
                    .Integer("status-fd", "fd", "Descriptor that is told when lazy pages can be asked for")
                    .Text("page-server", "address", "ADDRESS:PORT of the page server that takes the memory")
                    .Flag("pre-dump", "Write memory alone and let the container go on"),
            Run = invocation => CommandTable.Guard(invocation, global => Do(invocation, global)),
        };

    private static int Do(Invocation invocation, GlobalOptions global)
    {
        CriuOptions options = CriuArguments.Read(invocation) with
        {
            ParentPath = CriuArguments.NonEmpty(invocation.Text("parent-path")),
            LeaveRunning = invocation.Flag("leave-running"),
            TcpSkipInFlight = invocation.Flag("tcp-skip-in-flight"),
            LinkRemap = invocation.Flag("link-remap"),
            StatusDescriptor = StatusDescriptor(invocation.Integer("status-fd")),
            PageServer = PageServer(CriuArguments.NonEmpty(invocation.Text("page-server"))),
            PreDump = invocation.Flag("pre-dump"),
        };
        ContainerCheckpoint.Do(global.Context, invocation.Arguments[0], options);
        return 0;
    }

    private static int? StatusDescriptor(long? number) =>
        number is null or -1 ? null
        : PathAt.Status($"/proc/self/fd/{number}") is not null ? (int)number
        : throw new InvalidSpecException($"invalid --status-fd {number}: no such descriptor is open");

    private static (string Address, int Port)? PageServer(string? text)
    {
        if (text is null)
        {
            return null;
        }
        int colon = text.LastIndexOf(':');
        string address = colon < 0 ? "" : text[..colon].Trim('[', ']');
        if (address.Length == 0 || colon == text.Length - 1)
        {
            throw new InvalidSpecException("Use --page-server ADDRESS:PORT to specify page server");
        }
        return ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? (address, port)
            : throw new InvalidSpecException($"Invalid port number in --page-server {text}");
    }
}
