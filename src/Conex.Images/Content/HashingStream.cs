using System.Security.Cryptography;
using Conex.Images.Compression;
using Conex.Oci;

namespace Conex.Images.Content;

/// <summary>Hashes and counts what is read through it.</summary>
internal sealed class HashingStream(Stream source) : ReadOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes read so far.</summary>
    internal long Count { get; private set; }

    /// <summary>The digest of all that was read.</summary>
    internal Digest Digest => Digest.FromSha256(hash.GetCurrentHash());

    public override int Read(Span<byte> buffer)
    {
        int n = source.Read(buffer);
        hash.AppendData(buffer[..n]);
        Count += n;
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
