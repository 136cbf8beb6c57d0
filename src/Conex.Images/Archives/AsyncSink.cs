using Conex.Images.Compression;

namespace Conex.Images.Archives;

/// <summary>Writes to a stream that only knows asynchronous writes, such as an answer's body, from a thread that may wait.</summary>
internal sealed class AsyncSink(Stream target, CancellationToken cancellationToken) : WriteOnlyStream
{
    private readonly byte[] buffer = new byte[256 * 1024];
    private int length;

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (length == buffer.Length)
            {
                Flush();
            }
            int n = Math.Min(bytes.Length, buffer.Length - length);
            bytes[..n].CopyTo(buffer.AsSpan(length));
            length += n;
            bytes = bytes[n..];
        }
    }

    public override void Flush()
    {
        target.WriteAsync(buffer.AsMemory(0, length), cancellationToken).AsTask().GetAwaiter().GetResult();
        length = 0;
    }
}
