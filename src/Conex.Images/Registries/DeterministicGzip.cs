using System.IO.Compression;
using Conex.Images.Content;

namespace Conex.Images.Registries;

/// <summary>Compresses a layer so that equal tars become equal blobs: no name, no time, one level.</summary>
internal static class DeterministicGzip
{
    /// <summary>GZipStream writes a header without name and time (RFC 1952: MTIME 0), and the same bytes for the same input and level.</summary>
    internal static void Compress(Stream tar, BlobWriter target, CancellationToken cancellationToken)
    {
        using var sink = new BlobWriterStream(target);
        using var gzip = new GZipStream(sink, CompressionLevel.Optimal);
        byte[] buffer = new byte[256 << 10];
        int n;
        while ((n = tar.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            gzip.Write(buffer.AsSpan(0, n));
        }
    }

    private sealed class BlobWriterStream(BlobWriter target) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => target.Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
