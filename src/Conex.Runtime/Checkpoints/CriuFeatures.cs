namespace Conex.Runtime.Checkpoints;

/// <summary>What criu can do on this kernel (criu_features of criu's rpc.proto).</summary>
internal readonly record struct CriuFeatures(bool MemoryTracking, bool LazyPages)
{
    internal const int MemoryTrackingField = 1;
    internal const int LazyPagesField = 2;

    internal static CriuFeatures Parse(ReadOnlySpan<byte> message)
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
