using Conex.Linux.Files;
using Conex.Runtime.Containers;

namespace Conex.Runtime.Checkpoints;

/// <summary>What restoring a container is told.</summary>
public sealed record RestoreRequest
{
    public required string Id { get; init; }

    /// <summary>The configuration and the root file system.</summary>
    public required Bundle Bundle { get; init; }

    public required CriuOptions Options { get; init; }

    /// <summary>Takes the master of the container's terminal, to be disposed by the callee, while it is restored; null: the result has it.</summary>
    public Action<FileHandle>? TakeTerminal { get; init; }
}
