using Conex.Linux.Files;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Containers;

/// <summary>What the payload's standard streams are.</summary>
internal static class StandardStreams
{
    /// <summary>Which of descriptors 0, 1 and 2 will be pipes that are to be given to the payload's user.</summary>
    internal static IReadOnlyList<int> FindPipes(Process? process, (FileHandle Input, FileHandle Output, FileHandle Error)? stdio)
    {
        if (process is null or { Terminal: true } or { User.Uid: 0 })
        {
            return [];
        }
        (FileHandle input, FileHandle output, FileHandle error) =
            stdio ?? (FileHandle.StandardInput, FileHandle.StandardOutput, FileHandle.StandardError);
        List<int> pipes = [];
        FileHandle[] streams = [input, output, error];
        for (int i = 0; i < streams.Length; i++)
        {
            if (PathAt.Status(streams[i], "")?.Kind == FileKind.Fifo)
            {
                pipes.Add(i);
            }
        }
        return pipes;
    }
}
