namespace Conex.Linux.Files;

/// <summary>A file name's bytes with the NUL that the kernel wants behind them; lives on the stack of one call.</summary>
/// <remarks>PATH_MAX, 4,096 bytes with the NUL, is the kernel's own limit: a longer name is cut after it, so that the kernel answers
/// ENAMETOOLONG just as it would have.</remarks>
internal unsafe struct CString
{
    private const int Size = 4100;
    private fixed byte bytes[Size];

    /// <summary>Copies <paramref name="name"/> here and returns the address, which is valid as long as this variable stands on the stack.</summary>
    /// <exception cref="ArgumentException">The name holds a NUL: the kernel would see another name.</exception>
    internal static byte* Fill(CString* place, ReadOnlySpan<byte> name)
    {
        if (name.Contains((byte)0))
        {
            throw new ArgumentException("a file name holds a NUL byte", nameof(name));
        }
        byte* start = place->bytes;
        int length = Math.Min(name.Length, Size - 1);
        name[..length].CopyTo(new Span<byte>(start, length));
        start[length] = 0;
        return start;
    }
}
