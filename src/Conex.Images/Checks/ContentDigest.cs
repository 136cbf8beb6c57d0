using System.Security.Cryptography;
using Conex.Oci;

namespace Conex.Images.Checks;

/// <summary>Reads a file only to know its digest.</summary>
internal static class ContentDigest
{
    internal static Digest Of(Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[256 * 1024];
        int n;
        while ((n = content.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, n));
        }
        return Digest.FromSha256(hash.GetCurrentHash());
    }
}
