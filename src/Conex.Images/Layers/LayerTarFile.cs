using System.Security.Cryptography;
using Conex.Images.Compression;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>A layer's tar while it is written: hashed and counted on its way. Disposing closes the file.</summary>
internal sealed class LayerTarFile(FileHandle file, string name, CancellationToken cancellationToken) : WriteOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes written so far.</summary>
    internal long Count { get; private set; }

    /// <summary>The digest of all that was written.</summary>
    internal Digest Digest => Digest.FromSha256(hash.GetCurrentHash());

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        hash.AppendData(bytes);
        FileIo.Write(file, bytes, name);
        Count += bytes.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
