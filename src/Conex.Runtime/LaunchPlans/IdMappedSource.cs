using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The source of an idmapped bind. The starter clones it, since mapping IDs needs the rights of the first user namespace, which a
/// container's process may not have.</summary>
/// <param name="Register">Takes the detached mount's descriptor.</param>
/// <param name="Path">The directory or file on the host.</param>
/// <param name="Destination">Where it will be, for messages.</param>
/// <param name="Recursive">Whether mounts below are cloned too.</param>
/// <param name="Follow">Whether a symbolic link as source is followed.</param>
/// <param name="MapRecursive">Whether IDs are mapped in the mounts below too.</param>
public sealed record IdMappedSource(
    Register Register,
    string Path,
    string Destination,
    bool Recursive,
    bool Follow,
    IdMap Map,
    bool MapRecursive
);
