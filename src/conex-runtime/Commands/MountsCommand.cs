using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary><c>mounts add</c> and <c>mounts remove</c>.</summary>
internal static class MountsCommand
{
    private const int LargestDocument = 16 << 20;

    internal static Command Mounts { get; } =
        new()
        {
            Name = "mounts",
            Description = "Add mounts to a container that is there, or remove them",
            Usage = "COMMAND",
            Subcommands = () =>
                [
                    Of("add", "Mount what FILE lists in a container that is there", ContainerMounts.Add),
                    Of(
                        "remove",
                        "Unmount what was added at the destinations that FILE lists",
                        (context, id, mounts) => ContainerMounts.Remove(context, id, [.. mounts.Select(mount => mount.Destination)])
                    ),
                ],
        };

    private static Command Of(string name, string description, Action<RuntimeContext, string, IReadOnlyList<Mount>> work) =>
        new()
        {
            Name = name,
            Description = description,
            Details = $"{description}.\nFILE is JSON, the mounts of an OCI configuration as a list or in an object; - reads standard input",
            Usage = "CONTAINER FILE",
            Arguments = ArgumentCount.Exactly(2),
            Run = invocation =>
                CommandTable.GuardProtected(
                    invocation,
                    global =>
                    {
                        work(global.Context, invocation.Arguments[0], Read(invocation.Arguments[1]));
                        return 0;
                    }
                ),
        };

    private static IReadOnlyList<Mount> Read(string source)
    {
        IReadOnlyList<Mount> mounts;
        try
        {
            mounts = MountList.Parse(
                source == "-"
                    ? FileIo.ReadToEnd(FileHandle.StandardInput, "standard input", LargestDocument)
                    : FileIo.ReadAll(Path.GetFullPath(source), LargestDocument)
            );
        }
        catch (FormatException e)
        {
            throw new InvalidSpecException($"{source}: {e.Message}");
        }
        return mounts.Count > 0 ? mounts : throw new InvalidSpecException($"{source}: it lists no mounts");
    }
}
