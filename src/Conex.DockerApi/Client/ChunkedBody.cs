using System.Text;

namespace Conex.DockerApi.Client;

/// <summary>A request's body in chunks (RFC 9112, 7.1), each of which leaves in one write.</summary>
internal sealed class ChunkedBody(EngineConnection connection) : Stream
{
    private const int ChunkSize = 64 * 1024;

    // Room before the data for the chunk's size, and two bytes after it for its end.
    private const int Before = 10;
    private readonly byte[] buffer = new byte[Before + ChunkSize + 2];
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

    /// <exception cref="EngineStoppedReadingException">The engine answered early; its answer says why.</exception>
    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int n = Math.Min(bytes.Length, ChunkSize - length);
            bytes[..n].CopyTo(buffer.AsSpan(Before + length));
            length += n;
            bytes = bytes[n..];
            if (length == ChunkSize)
            {
                Flush();
            }
        }
    }

    public override void Write(byte[] bytes, int offset, int count) => Write(bytes.AsSpan(offset, count));

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public override void Flush()
    {
        if (length == 0)
        {
            return;
        }

        byte[] size = Encoding.ASCII.GetBytes($"{length:x}\r\n");
        int from = Before - size.Length;
        size.CopyTo(buffer, from);
        "\r\n"u8.CopyTo(buffer.AsSpan(Before + length));
        if (!connection.TrySend(buffer.AsSpan(from, size.Length + length + 2)))
        {
            throw new EngineStoppedReadingException();
        }

        length = 0;
    }

    /// <summary>Sends what is left and the end.</summary>
    internal void End()
    {
        Flush();
        _ = connection.TrySend("0\r\n\r\n"u8);
    }

    public override int Read(byte[] bytes, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>The engine does not read a request's body any more.</summary>
internal sealed class EngineStoppedReadingException : Exception;
