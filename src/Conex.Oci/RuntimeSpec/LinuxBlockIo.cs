namespace Conex.Oci.RuntimeSpec;

/// <summary>Block I/O limits (runtime-spec config-linux.md, "Block IO").</summary>
public sealed partial record LinuxBlockIo
{
    /// <summary>The weight, 10 to 1000.</summary>
    public ushort? Weight { get; init; }

    /// <summary>The weight of the cgroup's own tasks against its children (cgroup v1, CFQ).</summary>
    public ushort? LeafWeight { get; init; }

    /// <summary>Weights by device.</summary>
    public IReadOnlyList<LinuxWeightDevice>? WeightDevice { get; init; }

    /// <summary>Bytes read a second by device.</summary>
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleReadBpsDevice { get; init; }

    /// <summary>Bytes written a second by device.</summary>
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleWriteBpsDevice { get; init; }

    /// <summary>Read operations a second by device.</summary>
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleReadIopsDevice { get; init; }

    /// <summary>Write operations a second by device.</summary>
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleWriteIopsDevice { get; init; }
}

/// <summary>Weights for one block device.</summary>
public sealed partial record LinuxWeightDevice
{
    /// <summary>The device's major number.</summary>
    public required long Major { get; init; }

    /// <summary>The device's minor number.</summary>
    public required long Minor { get; init; }

    /// <summary>The weight, 10 to 1000.</summary>
    public ushort? Weight { get; init; }

    /// <summary>The weight against children (cgroup v1, CFQ).</summary>
    public ushort? LeafWeight { get; init; }
}

/// <summary>A rate for one block device.</summary>
public sealed partial record LinuxThrottleDevice
{
    /// <summary>The device's major number.</summary>
    public required long Major { get; init; }

    /// <summary>The device's minor number.</summary>
    public required long Minor { get; init; }

    /// <summary>Bytes or operations a second.</summary>
    public required ulong Rate { get; init; }
}
