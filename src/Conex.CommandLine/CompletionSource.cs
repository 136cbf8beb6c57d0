namespace Conex.CommandLine;

/// <summary>Where a shell finds proposals for an argument or for an option's value.</summary>
public enum CompletionSource
{
    /// <summary>Nothing is known about it.</summary>
    None,

    /// <summary>Paths of files and directories.</summary>
    Files,

    /// <summary>Names of all containers.</summary>
    Containers,

    /// <summary>Names of running containers.</summary>
    RunningContainers,

    /// <summary>References of local images.</summary>
    Images,
}
