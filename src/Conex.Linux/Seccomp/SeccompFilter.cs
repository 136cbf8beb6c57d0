namespace Conex.Linux.Seccomp;

/// <summary>A compiled filter, ready for seccomp(2).</summary>
public sealed class SeccompFilter
{
    private readonly byte[] _image;
    private readonly int _i386Count;

    internal SeccompFilter(byte[] image, SeccompFilterFlags flags, int i386Count)
    {
        _image = image;
        _i386Count = i386Count;
        Flags = flags;
    }

    /// <summary>A filter that was compiled before.</summary>
    /// <param name="image">Its <see cref="Image"/>.</param>
    /// <param name="flags">Its <see cref="Flags"/>.</param>
    public static SeccompFilter FromImage(byte[] image, SeccompFilterFlags flags) => new(image, flags, i386Count: 0);

    /// <summary>The program as an array of struct sock_filter, 8 bytes each: what sock_fprog.filter points to.</summary>
    public ReadOnlySpan<byte> Image => _image;

    /// <summary>How many instructions there are: sock_fprog.len.</summary>
    public int InstructionCount => _image.Length / BpfInstruction.Size;

    /// <summary>How the filter is to be installed.</summary>
    public SeccompFilterFlags Flags { get; }

    /// <summary>The program as a listing, one line an instruction, with the names of system calls.</summary>
    public override string ToString() => BpfListing.Write(_image, _i386Count);
}
