namespace Conex.Engine.Users;

/// <summary>Who a process in a container runs as.</summary>
/// <param name="Groups">Supplementary groups; the primary one is the first.</param>
/// <param name="Home">The home directory.</param>
internal sealed record ContainerUser(uint Uid, uint Gid, IReadOnlyList<uint> Groups, string Home);
