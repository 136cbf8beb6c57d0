using Conex.Linux.Memory;

namespace Conex.Runtime.Monitors;

/// <summary>One read of the container's output, which stays here until every attached client has all of it. There is one, so nothing of
/// the container is read meanwhile: that is the back-pressure, and why a connection needs no buffer.</summary>
internal sealed class OutputChunk(bool framed) : IDisposable
{
    private const int Capacity = 32 * 1024;

    private readonly PageBuffer memory = new(StdCopy.HeaderSize + Capacity);
    private int length;

    internal OutputStream Stream { get; private set; }

    /// <summary>Whether somebody still needs it.</summary>
    internal bool InUse { get; private set; }

    /// <summary>Where the next read goes.</summary>
    internal Span<byte> Space => memory.Bytes[StdCopy.HeaderSize..];

    /// <summary>The bytes as the container wrote them.</summary>
    internal ReadOnlySpan<byte> Payload => memory.Bytes.Slice(StdCopy.HeaderSize, length);

    /// <summary>The bytes as an attached client gets them: with Docker's header, or raw from a terminal.</summary>
    internal ReadOnlySpan<byte> Transmission => framed ? memory.Bytes[..(StdCopy.HeaderSize + length)] : Payload;

    internal void Fill(OutputStream stream, int count)
    {
        Stream = stream;
        length = count;
        InUse = true;
        StdCopy.WriteHeader(memory.Bytes, stream, count);
    }

    internal void Release() => InUse = false;

    public void Dispose() => memory.Dispose();
}
