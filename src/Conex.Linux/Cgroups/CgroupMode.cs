namespace Conex.Linux.Cgroups;

/// <summary>How a host mounts its cgroups (cgroups(7)).</summary>
public enum CgroupMode
{
    /// <summary>No cgroup file system is mounted.</summary>
    None,

    /// <summary>Version 1 hierarchies only.</summary>
    V1,

    /// <summary>Version 1 hierarchies and a version 2 tree, which holds the controllers that no version 1 hierarchy has.</summary>
    Hybrid,

    /// <summary>One version 2 tree with all controllers.</summary>
    V2,
}

/// <summary>Which interface a controller's files follow.</summary>
public enum CgroupVersion
{
    /// <summary>The host does not have the controller.</summary>
    None,

    /// <summary>The files of cgroup-v1/ in the kernel's documentation.</summary>
    V1,

    /// <summary>The files of cgroup-v2.rst in the kernel's documentation.</summary>
    V2,
}
