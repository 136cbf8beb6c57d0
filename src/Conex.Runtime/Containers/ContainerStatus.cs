namespace Conex.Runtime.Containers;

/// <summary>The states of runtime-spec runtime.md, and paused.</summary>
public enum ContainerStatus
{
    /// <summary>Being created, or its creation was cut.</summary>
    Creating,
    Created,
    Running,
    Paused,
    Stopped,
}
