namespace Conex.Engine.Mounts;

/// <summary>One mount that the user asked for, understood.</summary>
internal sealed record UserMount
{
    /// <summary>A directory or file of the host; null for a tmpfs.</summary>
    internal string? Source { get; init; }

    /// <summary>Absolute and clean.</summary>
    internal required string Destination { get; init; }

    internal bool ReadOnly { get; init; }

    internal bool ReadOnlyNonRecursive { get; init; }

    internal bool NonRecursive { get; init; }

    /// <summary>Whether a missing source becomes a directory; otherwise it is an error.</summary>
    internal bool CreateSource { get; init; }

    /// <summary><c>rprivate</c> and the like.</summary>
    internal string Propagation { get; init; } = "rprivate";

    /// <summary>Options of a tmpfs, ready for the runtime.</summary>
    internal IReadOnlyList<string> TmpfsOptions { get; init; } = [];

    /// <summary>The options of <c>-v</c> as given.</summary>
    internal string Mode { get; init; } = "";

    internal bool IsTmpfs => Source is null;
}
