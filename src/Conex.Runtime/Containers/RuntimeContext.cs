namespace Conex.Runtime.Containers;

/// <summary>Where the runtime keeps its state.</summary>
/// <param name="Root">The directory that holds one directory for each container.</param>
public sealed record RuntimeContext(string Root)
{
    /// <summary>Takes what went wrong and ends nothing, a sentence each.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Who makes the cgroups of new containers.</summary>
    public CgroupDriver CgroupDriver { get; init; }

    /// <summary>How long one step of ending a container may take before it is an error.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(10);
}
