namespace Conex.Images.Archives;

/// <summary>Writes to a stream that only knows asynchronous writes, such as an answer's body, from a thread that may wait.</summary>
internal sealed class AsyncSink(Stream target, CancellationToken cancellationToken) : Stream
{
    private readonly byte[] buffer = new byte[256 * 1024];
    private int length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override void Write(byte[] bytes, int offset, int count) => Write(bytes.AsSpan(offset, count));

    public override void Flush()
    {
        target.WriteAsync(buffer.AsMemory(0, length), cancellationToken).AsTask().GetAwaiter().GetResult();
        length = 0;
    }

    public override int Read(byte[] bytes, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
