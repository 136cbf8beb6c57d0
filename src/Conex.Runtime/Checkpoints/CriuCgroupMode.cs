namespace Conex.Runtime.Checkpoints;

/// <summary>What criu does with cgroups, by the numbers of criu's rpc.proto (criu_cg_mode).</summary>
public enum CriuCgroupMode
{
    Ignore = 0,
    Soft = 3,
    Full = 4,
    Strict = 5,
    Default = 6,
}
