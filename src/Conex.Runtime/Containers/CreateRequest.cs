using Conex.Linux.Files;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Containers;

/// <summary>What creating a container is told.</summary>
public sealed record CreateRequest
{
    public required string Id { get; init; }

    /// <summary>The configuration and the root file system.</summary>
    public required Bundle Bundle { get; init; }

    /// <summary>What the process waits for before it becomes the payload.</summary>
    public StartGate Gate { get; init; }

    /// <summary>Standard input, output and error; null: this process's own. Not used with a terminal.</summary>
    public (FileHandle Input, FileHandle Output, FileHandle Error)? Stdio { get; init; }

    /// <summary>Whether the container ends when this process does.</summary>
    public bool DieWithParent { get; init; }

    public bool NoPivot { get; init; }

    public bool NoNewKeyring { get; init; }

    public int PreservedDescriptors { get; init; }
}
