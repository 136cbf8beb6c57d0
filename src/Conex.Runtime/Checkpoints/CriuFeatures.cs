namespace Conex.Runtime.Checkpoints;

/// <summary>What criu can do on this kernel (criu_features of criu's rpc.proto).</summary>
public readonly record struct CriuFeatures(bool MemoryTracking, bool LazyPages)
{
    public const int MemoryTrackingField = 1;
    public const int LazyPagesField = 2;

    public static CriuFeatures Parse(ReadOnlySpan<byte> message)
    {
        var features = default(CriuFeatures);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            features = reader.Field switch
            {
                MemoryTrackingField => features with { MemoryTracking = reader.Number != 0 },
                LazyPagesField => features with { LazyPages = reader.Number != 0 },
                _ => features,
            };
        }
        return features;
    }
}
