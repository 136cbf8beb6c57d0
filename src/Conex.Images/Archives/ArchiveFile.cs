using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>A file of an archive, kept until the load ends: in memory when small, in DATA/tmp otherwise.</summary>
internal sealed class ArchiveFile : IDisposable
{
    private readonly byte[]? bytes;
    private readonly BlobWriter? spooled;
    private readonly Lazy<string?> layerType;

    internal ArchiveFile(byte[] bytes, Digest digest)
    {
        this.bytes = bytes;
        Digest = digest;
        Size = bytes.Length;
        layerType = new Lazy<string?>(SniffType);
    }

    internal ArchiveFile(BlobWriter spooled)
    {
        this.spooled = spooled;
        Digest = spooled.Digest;
        Size = spooled.Size;
        layerType = new Lazy<string?>(SniffType);
    }

    internal Digest Digest { get; }

    internal long Size { get; }

    /// <summary>The media type of a layer whose bytes these are; null where the specifications have none for it.</summary>
    internal string? LayerType => layerType.Value;

    public void Dispose() => spooled?.Dispose();

    /// <summary>The file on the disk, when it is there and is the tar of that digest: it can become the layer's without being copied.</summary>
    internal BlobWriter? AsTar(Digest diffId) => Digest == diffId && LayerType == MediaType.OciLayer ? spooled : null;

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
        if (Size > ContentStore.LargestDocument)
        {
            throw new ImageArchiveException(
                $"{path} of the archive has {Size} bytes; a document of an image has {ContentStore.LargestDocument} at most"
            );
        }
        using Stream stream = OpenRead();
        byte[] document = new byte[Size];
        stream.ReadExactly(document);
        return document;
    }

    private string? SniffType()
    {
        using Stream stream = OpenRead();
        return Decompression.LayerType(stream);
    }
}
