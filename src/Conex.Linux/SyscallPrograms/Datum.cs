namespace Conex.Linux.SyscallPrograms;

/// <summary>Prepared bytes of a program; as an argument, the address at which they lie in the child.</summary>
/// <param name="Offset">In bytes from the start of the program's data.</param>
public readonly record struct Datum(int Offset)
{
    /// <summary>The address <paramref name="bytes"/> further on.</summary>
    public Datum At(int bytes) => new(Offset + bytes);
}
