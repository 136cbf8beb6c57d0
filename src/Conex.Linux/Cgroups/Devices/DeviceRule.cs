namespace Conex.Linux.Cgroups.Devices;

/// <summary>Allows or denies access to devices. In a list, the last rule that covers a device and an access decides about it; what no rule
/// covers is denied.</summary>
/// <param name="Kind">Which device nodes.</param>
/// <param name="Major">Null for every major number.</param>
/// <param name="Minor">Null for every minor number.</param>
public readonly record struct DeviceRule(bool Allow, DeviceKind Kind, uint? Major, uint? Minor, DeviceAccess Access)
{
    /// <summary>Whether the rule covers every access to every device.</summary>
    public bool IsEverything => Kind == DeviceKind.All && Major is null && Minor is null && Access == DeviceAccess.All;

    /// <summary><c>rwm</c>.</summary>
    public string AccessText =>
        $"{(Access.HasFlag(DeviceAccess.Read) ? "r" : "")}{(Access.HasFlag(DeviceAccess.Write) ? "w" : "")}{(Access.HasFlag(DeviceAccess.MakeNode) ? "m" : "")}";

    /// <summary>As the files of the version 1 devices controller print it: <c>c 1:3 rwm</c>.</summary>
    public override string ToString()
    {
        char kind = Kind switch
        {
            DeviceKind.Block => 'b',
            DeviceKind.Character => 'c',
            _ => 'a',
        };
        return $"{kind} {Major?.ToString() ?? "*"}:{Minor?.ToString() ?? "*"} {AccessText}";
    }
}

/// <summary>Kinds of device nodes; the values are BPF_DEVCG_DEV_* of linux/bpf.h.</summary>
[Flags]
public enum DeviceKind
{
    None = 0,
    Block = 1,
    Character = 2,
    All = Block | Character,
}

/// <summary>What is done with a device; the values are BPF_DEVCG_ACC_* of linux/bpf.h.</summary>
[Flags]
public enum DeviceAccess
{
    None = 0,

    /// <summary>mknod(2).</summary>
    MakeNode = 1,
    Read = 2,
    Write = 4,
    All = MakeNode | Read | Write,
}
