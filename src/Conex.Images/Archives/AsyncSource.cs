using Conex.Images.Compression;

namespace Conex.Images.Archives;

/// <summary>Reads a stream that only knows asynchronous reads, such as a request's body, from a thread that may wait.</summary>
internal sealed class AsyncSource(Stream source, CancellationToken cancellationToken) : ReadOnlyStream
{
    private readonly byte[] buffer = new byte[256 * 1024];
    private int start;
    private int end;

    public override int Read(Span<byte> buffer)
    {
        if (start == end)
        {
            start = 0;
            end = source.ReadAsync(this.buffer, cancellationToken).AsTask().GetAwaiter().GetResult();
        }
        int n = Math.Min(buffer.Length, end - start);
        this.buffer.AsSpan(start, n).CopyTo(buffer);
        start += n;
        return n;
    }
}
