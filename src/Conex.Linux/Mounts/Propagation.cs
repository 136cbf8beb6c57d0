namespace Conex.Linux.Mounts;

/// <summary>How mounts spread between peers: the MS_* values of mount_namespaces(7).</summary>
public enum Propagation : ulong
{
    Unchanged = 0,
    Unbindable = 1 << 17,
    Private = 1 << 18,
    Slave = 1 << 19,
    Shared = 1 << 20,
}
