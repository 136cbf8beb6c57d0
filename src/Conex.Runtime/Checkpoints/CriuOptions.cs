namespace Conex.Runtime.Checkpoints;

/// <summary>What <c>checkpoint</c> and <c>restore</c> are told, by runc's names.</summary>
public sealed record CriuOptions
{
    /// <summary>Where the images are, absolute.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Where criu works and logs, absolute; null: where the images are.</summary>
    public string? WorkPath { get; init; }

    /// <summary>The images of an earlier checkpoint, relative to <see cref="ImagePath"/>; null without any.</summary>
    public string? ParentPath { get; init; }

    public bool LeaveRunning { get; init; }

    /// <summary>Whether only memory is written, for a checkpoint that follows; the container goes on.</summary>
    public bool PreDump { get; init; }

    public bool TcpEstablished { get; init; }

    public bool TcpSkipInFlight { get; init; }

    /// <summary>Whether established connections are restored closed.</summary>
    public bool TcpClose { get; init; }

    public bool LinkRemap { get; init; }

    public bool ExternalUnixSockets { get; init; }

    public bool ShellJob { get; init; }

    public bool FileLocks { get; init; }

    public bool LazyPages { get; init; }

    /// <summary>A descriptor that is told, by a byte 0, that lazy pages can be asked for; null without one.</summary>
    public int? StatusDescriptor { get; init; }

    /// <summary>Who takes the memory; null: it goes into the images.</summary>
    public (string Address, int Port)? PageServer { get; init; }

    public CriuCgroupMode CgroupMode { get; init; } = CriuCgroupMode.Default;

    public bool AutoDedup { get; init; }

    public CriuNetworkLock NetworkLock { get; init; }

    public string? LsmProfile { get; init; }

    public string? LsmMountContext { get; init; }

    /// <summary>criu's file; null: the first on PATH.</summary>
    public string? Program { get; init; }

    internal string LogDirectory => WorkPath ?? ImagePath;
}
