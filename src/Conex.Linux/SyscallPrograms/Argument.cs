namespace Conex.Linux.SyscallPrograms;

/// <summary>One argument of a call: a constant, the address of prepared bytes, or what a register holds when the call is made.</summary>
public readonly struct Argument
{
    private Argument(ArgumentKind kind, long value)
    {
        Kind = kind;
        Value = value;
    }

    internal ArgumentKind Kind { get; }

    internal long Value { get; }

    public static implicit operator Argument(long value) => new(ArgumentKind.Constant, value);

    public static implicit operator Argument(ulong value) => new(ArgumentKind.Constant, (long)value);

    public static implicit operator Argument(uint value) => new(ArgumentKind.Constant, value);

    public static implicit operator Argument(int value) => new(ArgumentKind.Constant, value);

    public static implicit operator Argument(Datum value) => new(ArgumentKind.Pointer, value.Offset);

    public static implicit operator Argument(Register value) => new(ArgumentKind.Register, value.Index);
}

internal enum ArgumentKind : byte
{
    Constant,
    Pointer,
    Register,
}
