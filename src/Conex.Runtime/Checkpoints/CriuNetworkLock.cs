namespace Conex.Runtime.Checkpoints;

/// <summary>How criu keeps packets away meanwhile, by the numbers of criu's rpc.proto (criu_network_lock_method).</summary>
public enum CriuNetworkLock
{
    Default = 0,
    Iptables = 1,
    Nftables = 2,
    Skip = 3,
}
