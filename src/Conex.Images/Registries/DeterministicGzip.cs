using System.IO.Compression;
using Conex.Images.Compression;
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

    private sealed class BlobWriterStream(BlobWriter target) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);
    }
}
