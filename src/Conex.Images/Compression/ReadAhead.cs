using System.Buffers;
using System.Runtime.ExceptionServices;

namespace Conex.Images.Compression;

/// <summary>What another thread produces, some buffers ahead of the reader: the two keep two processors busy. The producer's failure is the
/// reader's. Disposing waits until the producer has let go of its source.</summary>
internal sealed class ReadAhead : ReadOnlyStream
{
    /// <summary>What the second level of a processor's cache holds several times; larger ones were no quicker.</summary>
    internal const int BufferSize = 128 << 10;

    private const int BufferCount = 3;
    private readonly byte[][] buffers = new byte[BufferCount][];
    private readonly int[] lengths = new int[BufferCount];
    private readonly SemaphoreSlim empty = new(BufferCount);
    private readonly SemaphoreSlim full = new(0);
    private readonly Thread producer;
    private ExceptionDispatchInfo? failure;
    private volatile bool isStopped;
    private bool isAtEnd;
    private int reading = -1;
    private int position;

    /// <param name="produce">Writes all there is to the stream that it gets, on a thread of its own.</param>
    internal ReadAhead(Action<Stream> produce)
    {
        for (int i = 0; i < BufferCount; i++)
        {
            buffers[i] = ArrayPool<byte>.Shared.Rent(BufferSize);
        }
        producer = new Thread(() => Produce(produce)) { IsBackground = true };
        producer.Start();
    }

    public override int Read(Span<byte> buffer)
    {
        ReadOnlySpan<byte> next = buffer.IsEmpty ? default : Next();
        int n = Math.Min(buffer.Length, next.Length);
        next[..n].CopyTo(buffer);
        position += n;
        return n;
    }

    /// <summary>Writes all there is, without a copy in between.</summary>
    public override void CopyTo(Stream destination, int bufferSize)
    {
        while (Next() is { IsEmpty: false } next)
        {
            destination.Write(next);
            position += next.Length;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !isStopped)
        {
            isStopped = true;
            empty.Release(BufferCount);
            producer.Join();
            Array.ForEach(buffers, buffer => ArrayPool<byte>.Shared.Return(buffer));
            empty.Dispose();
            full.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>What is left of the current buffer, or the next one; empty at the end.</summary>
    private ReadOnlySpan<byte> Next()
    {
        if (!isAtEnd && (reading < 0 || position == lengths[reading]))
        {
            if (reading >= 0)
            {
                empty.Release();
            }
            full.Wait();
            reading = (reading + 1) % BufferCount;
            position = 0;
            isAtEnd = lengths[reading] == 0;
            if (isAtEnd)
            {
                failure?.Throw();
            }
        }
        return isAtEnd ? default : buffers[reading].AsSpan(position, lengths[reading] - position);
    }

    private void Produce(Action<Stream> produce)
    {
        var sink = new Sink(this);
        try
        {
            produce(sink);
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
        }
        sink.End();
    }

    /// <summary>Where the producer writes.</summary>
    private sealed class Sink(ReadAhead ahead) : WriteOnlyStream
    {
        private int writing = -1;
        private int length;

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                if (length == BufferSize)
                {
                    Publish();
                }
                if (length == 0)
                {
                    Take();
                }
                int n = Math.Min(bytes.Length, BufferSize - length);
                bytes[..n].CopyTo(ahead.buffers[writing].AsSpan(length));
                length += n;
                bytes = bytes[n..];
            }
        }

        /// <summary>Hands over what there is, and behind it an empty buffer, which means the end.</summary>
        internal void End()
        {
            if (length > 0)
            {
                Publish();
            }
            ahead.empty.Wait();
            writing = (writing + 1) % BufferCount;
            Publish();
        }

        private void Take()
        {
            ahead.empty.Wait();
            if (ahead.isStopped)
            {
                throw new OperationCanceledException("nobody reads any more");
            }
            writing = (writing + 1) % BufferCount;
        }

        private void Publish()
        {
            ahead.lengths[writing] = length;
            length = 0;
            ahead.full.Release();
        }
    }
}
