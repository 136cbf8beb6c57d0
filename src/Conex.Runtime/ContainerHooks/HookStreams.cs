using Conex.Linux.Files;

namespace Conex.Runtime.ContainerHooks;

/// <summary>Where hooks write: a file in memory, whose end tells why a hook failed, or the files that annotations name.</summary>
internal sealed class HookStreams : IDisposable
{
    private const int LongestTail = 400;

    private readonly FileHandle? memory;
    private readonly FileHandle? outputFile;
    private readonly FileHandle? errorFile;

    /// <exception cref="Linux.Errors.KernelException">A file cannot be opened.</exception>
    internal HookStreams(IReadOnlyDictionary<string, string>? annotations)
    {
        outputFile = Open(annotations, HookAnnotations.Output);
        errorFile = Open(annotations, HookAnnotations.Error);
        memory = outputFile is null || errorFile is null ? MemoryFile.Create("hook-output") : null;
    }

    internal FileHandle Output => outputFile ?? memory!;

    internal FileHandle Error => errorFile ?? memory!;

    /// <summary>The end of what was written to standard error, in one line; empty where it went into a file.</summary>
    internal string Tail
    {
        get
        {
            Span<byte> buffer = stackalloc byte[LongestTail];
            return errorFile is null ? HookFailureText.OneLine(buffer[..MemoryFile.ReadEnd(memory!, buffer)]) : "";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        memory?.Dispose();
        outputFile?.Dispose();
        errorFile?.Dispose();
    }

    private static FileHandle? Open(IReadOnlyDictionary<string, string>? annotations, string name) =>
        annotations?.GetValueOrDefault(name) is { Length: > 0 } path
            ? PathAt.Open(
                Path.GetFullPath(path),
                OpenMode.Write | OpenMode.Append | OpenMode.Create | OpenMode.NoControllingTerminal,
                0x180
            )
            : null;
}
