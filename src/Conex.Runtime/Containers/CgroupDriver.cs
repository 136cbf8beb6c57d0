namespace Conex.Runtime.Containers;

/// <summary>Who makes a container's cgroup.</summary>
public enum CgroupDriver
{
    /// <summary>The runtime, by the cgroup file system.</summary>
    FileSystem,

    /// <summary>systemd, as a unit.</summary>
    Systemd,

    /// <summary>Nobody: the container stays in its starter's.</summary>
    Disabled,
}
