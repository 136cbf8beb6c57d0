namespace Conex.Runtime.Checkpoints;

/// <summary>What criu is asked for, and what its answer is to (criu_req_type of criu's rpc.proto).</summary>
public enum CriuRequestType
{
    Empty = 0,
    Dump = 1,
    Restore = 2,
    PreDump = 4,
    Notify = 6,
    FeatureCheck = 9,
    Version = 10,
}
