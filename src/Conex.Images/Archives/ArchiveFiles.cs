using System.Security.Cryptography;
using System.Text;
using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Oci;

namespace Conex.Images.Archives;

/// <summary>All files of an archive by their paths. An archive comes in one pass and in any order, often with the list of its images last:
/// so it is taken in first and understood then.</summary>
internal sealed class ArchiveFiles : IDisposable
{
    private const string BlobDirectory = "blobs/sha256/";
    private const int SmallFile = 64 << 10;
    private const int SmallFilesTotal = 32 << 20;
    private const int MaxEntries = 100_000;
    private const int MaxLinks = 16;
    private const long ProgressStep = 4 << 20;
    private readonly Dictionary<string, ArchiveFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> links = new(StringComparer.Ordinal);
    private int inMemory;

    private ArchiveFiles() { }

    /// <summary>Reads the whole archive.</summary>
    /// <exception cref="ImageArchiveException">It is empty or cut off, or a blob is not what its name says.</exception>
    /// <exception cref="TarException">It is no valid tar.</exception>
    /// <exception cref="CompressionException">The compressed data is damaged or a bomb.</exception>
    /// <exception cref="LayerException">A path leads out of the archive.</exception>
    internal static ArchiveFiles Read(
        ContentStore content,
        ExpansionLimit expansion,
        Stream archive,
        IProgress<LoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var result = new ArchiveFiles();
        try
        {
            using Stream plain = Decompression.Open(archive, expansion.OfArchive);
            var reader = new TarReader(plain);
            int count = 0;
            while (reader.Next() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (++count > MaxEntries)
                {
                    throw new ImageArchiveException($"the archive has more than {MaxEntries} entries: it is none of images");
                }
                if (entry.Size > expansion.Most)
                {
                    throw new ImageArchiveException(
                        $"{Normalise(entry.Path)} of the archive has {entry.Size} bytes, more than the limit of {expansion.Most}: "
                            + "\"max-layer-size\" in conexd.json allows more"
                    );
                }
                result.Take(entry, reader, content, progress, cancellationToken);
            }
            if (!reader.HasEndMarker)
            {
                throw new ImageArchiveException(count == 0 ? "the archive is empty" : "the archive ends early: it was cut off");
            }
            // Whoever sends it may not be done before all is read.
            reader.Drain();
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (ArchiveFile file in files.Values)
        {
            file.Dispose();
        }
        files.Clear();
    }

    /// <summary>The file of a path, which may be a link to another one; null when there is none.</summary>
    internal ArchiveFile? Find(string path)
    {
        string current = Normalise(Encoding.UTF8.GetBytes(path));
        for (int i = 0; i < MaxLinks; i++)
        {
            if (files.TryGetValue(current, out ArchiveFile? file))
            {
                return file;
            }
            if (!links.TryGetValue(current, out string? target))
            {
                return null;
            }
            current = target;
        }
        return null;
    }

    /// <summary>The blob of an OCI layout.</summary>
    internal ArchiveFile? Find(Digest digest) => files.GetValueOrDefault($"blobs/{digest.Algorithm}/{digest.Hex}");

    private static string Normalise(ReadOnlyMemory<byte> path) => Encoding.UTF8.GetString(LayerPath.Normalise(path).Bytes);

    private void Take(
        TarEntry entry,
        TarReader reader,
        ContentStore content,
        IProgress<LoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        string path = Normalise(entry.Path);
        switch (entry.Type)
        {
            case TarEntryType.File:
                ArchiveFile file = Store(path, entry, reader, content, progress, cancellationToken);
                Forget(path);
                files[path] = file;
                Check(path, file);
                break;
            case TarEntryType.SymbolicLink:
                // docker save once wrote a layer that two images share as a link: abc/layer.tar -> ../def/layer.tar.
                int slash = path.LastIndexOf('/') + 1;
                byte[] target = [.. Encoding.UTF8.GetBytes(path[..slash]), .. entry.LinkTarget.Span];
                Forget(path);
                links[path] = Normalise(target);
                break;
            case TarEntryType.HardLink:
                Forget(path);
                links[path] = Normalise(entry.LinkTarget);
                break;
        }
    }

    private void Forget(string path)
    {
        links.Remove(path);
        if (files.Remove(path, out ArchiveFile? former))
        {
            former.Dispose();
        }
    }

    private ArchiveFile Store(
        string path,
        TarEntry entry,
        TarReader reader,
        ContentStore content,
        IProgress<LoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        using Stream stream = reader.OpenContent(entry);
        if (entry.Size <= SmallFile && inMemory + entry.Size <= SmallFilesTotal)
        {
            byte[] bytes = new byte[entry.Size];
            stream.ReadExactly(bytes);
            inMemory += bytes.Length;
            return new ArchiveFile(bytes, Digest.FromSha256(SHA256.HashData(bytes)));
        }
        BlobWriter writer = content.Begin();
        try
        {
            byte[] buffer = new byte[256 * 1024];
            long reported = 0;
            int n;
            while ((n = stream.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                writer.Write(buffer.AsSpan(0, n));
                if (writer.Size - reported >= ProgressStep)
                {
                    reported = writer.Size;
                    progress?.Report(new LoadProgress(path, "Reading", reported, entry.Size));
                }
            }
            return new ArchiveFile(writer);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private static void Check(string path, ArchiveFile file)
    {
        if (
            path.StartsWith(BlobDirectory, StringComparison.Ordinal)
            && Digest.TryParse($"{Digest.Sha256}:{path[BlobDirectory.Length..]}", out Digest expected)
            && file.Digest != expected
        )
        {
            throw new ImageArchiveException($"blob {expected} of the archive is damaged: its content has the digest {file.Digest}");
        }
    }
}
