using Conex.Images.Content;
using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>A file of an archive, kept until the load ends: in memory when small, in DATA/tmp otherwise.</summary>
internal sealed class ArchiveFile : IDisposable
{
    private const int DocumentLimit = 16 << 20;
    private readonly byte[]? bytes;
    private readonly BlobWriter? spooled;

    internal ArchiveFile(byte[] bytes, Digest digest)
    {
        this.bytes = bytes;
        Digest = digest;
        Size = bytes.Length;
    }

    internal ArchiveFile(BlobWriter spooled)
    {
        this.spooled = spooled;
        Digest = spooled.Digest;
        Size = spooled.Size;
    }

    internal Digest Digest { get; }

    internal long Size { get; }

    public void Dispose() => spooled?.Dispose();

    internal Stream OpenRead() => spooled?.OpenRead() ?? new MemoryStream(bytes!, writable: false);

    /// <summary>Moves the file into the content store, where it is from then on.</summary>
    internal void Keep(ContentStore content)
    {
        if (spooled is null)
        {
            content.Write(bytes);
        }
        else
        {
            content.Commit(spooled, Digest);
        }
    }

    /// <summary>A JSON document as a whole.</summary>
    /// <exception cref="ImageArchiveException">It is larger than any real one.</exception>
    internal byte[] ReadDocument(string path)
    {
        if (bytes is not null)
        {
            return bytes;
        }
        if (Size > DocumentLimit)
        {
            throw new ImageArchiveException($"{path} of the archive has {Size} bytes; a document of an image has {DocumentLimit} at most");
        }
        using Stream stream = OpenRead();
        byte[] document = new byte[Size];
        stream.ReadExactly(document);
        return document;
    }
}
