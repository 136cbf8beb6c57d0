namespace Conex.Runtime.Resources;

/// <summary>A value for a file of a container's cgroup.</summary>
/// <param name="Limit">What the user asked for, in words: <c>memory limit</c>.</param>
/// <param name="Controller">As the kernel names it.</param>
/// <param name="File">The file in the cgroup's directory.</param>
/// <param name="Value">What is written.</param>
public sealed record CgroupWrite(string Limit, string Controller, string File, string Value)
{
    /// <summary>What happens when the cgroup has no such file.</summary>
    public WhenMissing Missing { get; init; }

    /// <summary>The sentence for <see cref="WhenMissing.Warn"/>.</summary>
    public string? Warning { get; init; }

    /// <summary>What is written instead when the cgroup has no such file.</summary>
    public CgroupWrite? Otherwise { get; init; }

    /// <summary>Whether a refused value (EINVAL) is tried again after all others. Two limits that the kernel compares, such as memory and
    /// memory plus swap, fit in one order when they grow and in the other when they shrink.</summary>
    public bool RetryLast { get; init; }

    /// <summary>The usage that the limit must be above; null for no check.</summary>
    public UsageCheck? NotBelow { get; init; }

    /// <summary><c>memory memory.max = 1048576</c>.</summary>
    public override string ToString() => $"{Controller} {File} = {Value}";
}

/// <summary>What a missing file means.</summary>
public enum WhenMissing
{
    /// <summary>The limit cannot be had: an error.</summary>
    Fail,

    /// <summary>The container runs without the limit, and the user is told.</summary>
    Warn,

    /// <summary>The limit holds anyway.</summary>
    Ignore,
}

/// <summary>A limit that is refused while more is in use.</summary>
/// <param name="File">The file with the usage.</param>
/// <param name="Limit">The limit as the user gave it.</param>
public sealed record UsageCheck(string File, ulong Limit);
