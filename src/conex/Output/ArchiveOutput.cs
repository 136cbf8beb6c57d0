using Conex.DockerApi.Client;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Terminals;

namespace Conex.Cli.Output;

/// <summary>Writes an answer that is a tar to a file or to standard output.</summary>
internal static class ArchiveOutput
{
    private const int BufferSize = 256 * 1024;

    /// <exception cref="CommandException">There is no path, and standard output is a terminal.</exception>
    internal static void RequireNoTerminal(string? path, string sentence)
    {
        if (string.IsNullOrEmpty(path) && Terminal.IsTerminal(FileHandle.StandardOutput))
            throw new CommandException(sentence);
    }

    /// <summary>Copies the body. A file appears whole under its name, or not at all; a device or pipe is written as it is.</summary>
    /// <param name="path">Null or empty for standard output.</param>
    /// <exception cref="CommandException">The path cannot be written.</exception>
    internal static void Write(EngineResponse response, string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            Copy(response, FileHandle.StandardOutput);
            return;
        }
        var status = PathAt.Status(path);
        if (status is { IsDirectory: true })
            throw new CommandException($"invalid output path: \"{path}\" is a directory");
        if (status is { Kind: not FileKind.Regular })
        {
            using var device = PathAt.Open(path, OpenMode.Write);
            Copy(response, device);
            return;
        }
        Replace(response, path);
    }

    private static void Replace(EngineResponse response, string path)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var file = PathAt.Open(temporary, OpenMode.Write | OpenMode.Create | OpenMode.Exclusive, 0x180))
                Copy(response, file);
            PathAt.Rename(PathAt.Current, temporary, PathAt.Current, path);
        }
        catch
        {
            Forget(temporary);
            throw;
        }
    }

    private static void Forget(string temporary)
    {
        try
        {
            PathAt.Unlink(PathAt.Current, temporary);
        }
        catch (KernelException)
        {
            // What went wrong before is what there is to say.
        }
    }

    private static void Copy(EngineResponse response, FileHandle target)
    {
        var buffer = new byte[BufferSize];
        int count;
        while ((count = response.Read(buffer)) > 0)
            FileIo.Write(target, buffer.AsSpan(0, count));
    }
}
