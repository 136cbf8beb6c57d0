using System.Text.Json;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Content;

/// <summary>Which blobs a layer is known as, and where they are: a push of a pulled layer need not compress it again, nor send it. Safe for
/// concurrent calls.</summary>
internal sealed class LayerBlobs
{
    private const int MostSources = 16;
    private const string Suffix = ".json";
    private readonly Lock gate = new();
    private readonly string path;
    private readonly ContentStore content;
    private readonly IngestStore ingest;
    private readonly Dictionary<Digest, LayerBlobRecord> records = [];

    private LayerBlobs(string path, ContentStore content, IngestStore ingest)
    {
        this.path = path;
        this.content = content;
        this.ingest = ingest;
    }

    /// <summary>Reads the records. One that cannot be read is forgotten: it only saves work.</summary>
    /// <exception cref="KernelException">The directory cannot be made or read.</exception>
    internal static LayerBlobs Open(string dataDirectory, ContentStore content, IngestStore ingest)
    {
        var blobs = new LayerBlobs(Path.Combine(dataDirectory, "content", "layers"), content, ingest);
        Directory.CreateDirectory(blobs.path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using DirectoryHandle directory = PathAt.OpenDirectory(blobs.path);
        foreach (DirectoryEntry entry in DirectoryEntries.Read(directory))
        {
            if (TryRead(directory, entry.Text) is { } record && entry.Text == Digest.Parse(record.DiffId).Hex + Suffix)
            {
                blobs.records[Digest.Parse(record.DiffId)] = record;
            }
            else
            {
                EntryAt.Unlink(directory, entry.Name);
            }
        }
        return blobs;
    }

    /// <summary>The forms of a layer.</summary>
    internal IReadOnlyList<LayerBlob> Of(Digest diffId)
    {
        lock (gate)
        {
            return records.TryGetValue(diffId, out LayerBlobRecord? record) ? record.Blobs : [];
        }
    }

    /// <summary>Takes a blob that was downloaded whole into the content store, as a form of its layer.</summary>
    internal void Keep(Digest diffId, Digest digest, long size, string mediaType, string source)
    {
        lock (gate)
        {
            if (!content.Contains(digest) && ingest.HasWhole(digest))
            {
                content.Adopt(ingest.PathOf(digest), digest);
            }
            ingest.Delete(digest);
            if (content.Contains(digest))
            {
                Add(diffId, digest, size, mediaType, source);
            }
        }
    }

    /// <summary>Takes a file into the content store, as a form of its layer.</summary>
    /// <param name="keep">Moves it there.</param>
    internal void Keep(Digest diffId, Digest digest, long size, string mediaType, Action keep)
    {
        lock (gate)
        {
            keep();
            Add(diffId, digest, size, mediaType, source: null);
        }
    }

    /// <summary>Adds a form, or a place where a known form is.</summary>
    /// <param name="source">A repository that has it; null for none.</param>
    internal void Add(Digest diffId, Digest digest, long size, string mediaType, string? source)
    {
        lock (gate)
        {
            LayerBlob[] others = [.. Of(diffId).Where(blob => blob.Digest != digest.ToString())];
            LayerBlob blob =
                Of(diffId).FirstOrDefault(known => known.Digest == digest.ToString())
                ?? new LayerBlob
                {
                    Digest = digest.ToString(),
                    Size = size,
                    MediaType = mediaType,
                };
            if (source is not null)
            {
                blob = blob with
                {
                    Sources = [.. ((string[])[source, .. blob.Sources]).Distinct(StringComparer.Ordinal).Take(MostSources)],
                };
            }
            Write(new LayerBlobRecord { DiffId = diffId.ToString(), Blobs = [blob, .. others] });
        }
    }

    /// <summary>Forgets a layer, and deletes its blobs.</summary>
    internal void Remove(Digest diffId)
    {
        lock (gate)
        {
            if (records.Remove(diffId, out LayerBlobRecord? record))
            {
                PathAt.Unlink(PathAt.Current, PathOf(diffId));
                CrashStep.At("blob.layer.record-removed");
                HashSet<string> used = [.. records.Values.SelectMany(other => other.Blobs).Select(blob => blob.Digest)];
                foreach (LayerBlob blob in record.Blobs.Where(blob => !used.Contains(blob.Digest)))
                {
                    content.Delete(Digest.Parse(blob.Digest));
                }
            }
        }
    }

    /// <summary>Forgets a form whose blob is damaged, and deletes the blob.</summary>
    internal void Drop(Digest digest)
    {
        lock (gate)
        {
            foreach (LayerBlobRecord record in records.Values.Where(one => Uses(one, digest.ToString())).ToArray())
            {
                Write(record with { Blobs = [.. record.Blobs.Where(blob => blob.Digest != digest.ToString())] });
            }
            content.Delete(digest);
        }
    }

    /// <summary>Does something while no blob comes or goes.</summary>
    internal T Exclusively<T>(Func<T> work)
    {
        lock (gate)
        {
            return work();
        }
    }

    /// <summary>Whether a blob is a form of a layer.</summary>
    internal bool Uses(string digest)
    {
        lock (gate)
        {
            return records.Values.Any(record => Uses(record, digest));
        }
    }

    /// <summary>The size of a blob that is a form of a layer; null for others.</summary>
    internal long? SizeOf(Digest digest)
    {
        lock (gate)
        {
            return records.Values.SelectMany(record => record.Blobs).FirstOrDefault(blob => blob.Digest == digest.ToString())?.Size;
        }
    }

    /// <summary>All layers with a record.</summary>
    internal IReadOnlyList<Digest> List()
    {
        lock (gate)
        {
            return [.. records.Keys];
        }
    }

    private static bool Uses(LayerBlobRecord record, string digest) => Array.Exists(record.Blobs, blob => blob.Digest == digest);

    private void Write(LayerBlobRecord record)
    {
        var diffId = Digest.Parse(record.DiffId);
        AtomicFile.Write(PathOf(diffId), JsonSerializer.SerializeToUtf8Bytes(record, LayerBlobJson.Default.LayerBlobRecord));
        CrashStep.At("blob.layer.record-written");
        records[diffId] = record;
    }

    private string PathOf(Digest diffId) => Path.Combine(path, diffId.Hex + Suffix);

    private static LayerBlobRecord? TryRead(DirectoryHandle directory, string name)
    {
        try
        {
            LayerBlobRecord? record = JsonSerializer.Deserialize(
                FileIo.ReadAll(directory, name, 1 << 20),
                LayerBlobJson.Default.LayerBlobRecord
            );
            bool isSound =
                record is not null
                && Digest.TryParse(record.DiffId, out _)
                && Array.TrueForAll(
                    record.Blobs,
                    blob => blob is not null && Digest.TryParse(blob.Digest, out Digest digest) && digest.Algorithm == Digest.Sha256
                );
            return isSound ? record : null;
        }
        catch (Exception e) when (e is JsonException or KernelException)
        {
            return null;
        }
    }
}
