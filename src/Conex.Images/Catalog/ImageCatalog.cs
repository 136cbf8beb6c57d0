using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Catalog;

/// <summary>Which images there are and what they are called: small JSON files in DATA/images, each replaced atomically, and the same in
/// memory. Not safe for concurrent calls.</summary>
internal sealed class ImageCatalog
{
    private const string Suffix = ".json";
    private readonly string images;
    private readonly string tags;
    private readonly Dictionary<Digest, ImageRecord> records = [];
    private readonly Dictionary<string, Digest> names = new(StringComparer.Ordinal);
    private readonly List<string> unreadable = [];

    private ImageCatalog(string dataDirectory)
    {
        images = Path.Combine(dataDirectory, "images");
        tags = Path.Combine(images, "tags");
    }

    /// <summary>Every image, the removed ones too.</summary>
    internal IReadOnlyCollection<ImageRecord> Records => records.Values;

    /// <summary>Whether all files could be read. While one cannot, nothing may be deleted as unused: it may be what uses it.</summary>
    internal bool IsComplete => unreadable.Count == 0;

    /// <summary>The files that cannot be read, absolute.</summary>
    internal IReadOnlyList<string> Unreadable => unreadable;

    /// <summary>Reads the files, and finishes what an interrupted process began: a tag without its image goes, a removed image has no tags.</summary>
    /// <exception cref="KernelException">The directory cannot be made or read.</exception>
    internal static ImageCatalog Open(string dataDirectory)
    {
        var catalog = new ImageCatalog(dataDirectory);
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(catalog.tags, mode);
        catalog.Load();
        return catalog;
    }

    /// <summary>Whether a file is that of a name.</summary>
    internal bool IsTag(string file) => Path.GetDirectoryName(file) == tags;

    /// <summary>Takes a file away that cannot be read, and reads all again.</summary>
    internal void Forget(string file)
    {
        PathAt.Unlink(PathAt.Current, file);
        Load();
    }

    /// <summary>Reads everything.</summary>
    internal void Load()
    {
        records.Clear();
        names.Clear();
        unreadable.Clear();
        foreach (ImageRecord record in Read(images, CatalogJson.Default.ImageRecord, IsSound))
        {
            records[Digest.Parse(record.Id)] = record;
        }
        foreach (TagRecord tag in Read(tags, CatalogJson.Default.TagRecord, IsSound))
        {
            var image = Digest.Parse(tag.Image);
            if (records.TryGetValue(image, out ImageRecord? record) && !record.IsRemoved)
            {
                names[tag.Reference] = image;
            }
            else if (IsComplete)
            {
                PathAt.Unlink(PathAt.Current, TagPath(tag.Reference));
            }
        }
        foreach (ImageRecord record in records.Values.ToArray())
        {
            if (record is { PendingTags: { Length: > 0 } pending, IsRemoved: false })
            {
                PutWithTags(record, [.. pending.Select(ImageReference.Parse)], record.RegisteredAt);
            }
        }
    }

    internal ImageRecord? Find(Digest id) => records.GetValueOrDefault(id);

    /// <summary>The image a name points to.</summary>
    internal Digest? Find(ImageReference reference) => names.TryGetValue(reference.ToString(), out Digest id) ? id : null;

    /// <summary>The names of an image, sorted.</summary>
    internal IReadOnlyList<ImageReference> TagsOf(Digest id) =>
        [.. names.Where(pair => pair.Value == id).Select(pair => pair.Key).Order(StringComparer.Ordinal).Select(ImageReference.Parse)];

    internal void Put(ImageRecord record)
    {
        var id = Digest.Parse(record.Id);
        AtomicFile.Write(ImagePath(id), JsonSerializer.SerializeToUtf8Bytes(record, CatalogJson.Default.ImageRecord), durable: true);
        records[id] = record;
        CrashStep.At("image.catalog.record-written");
    }

    /// <summary>Writes an image's record and lets names point to it: all of it, also when this is cut off.</summary>
    internal void PutWithTags(ImageRecord record, IReadOnlyList<ImageReference> references, DateTimeOffset now)
    {
        Put(record with { PendingTags = [.. references.Select(reference => reference.ToString())] });
        if (references.Count > 0)
        {
            foreach (ImageReference reference in references)
            {
                Tag(reference, Digest.Parse(record.Id), now);
            }
            Put(record with { PendingTags = null });
        }
    }

    /// <summary>Remembers a name with a digest under which a registry has an image.</summary>
    internal void AddDigest(Digest id, ImageReference name)
    {
        if (Find(id) is { } record && record.Digests?.Contains(name.ToString(), StringComparer.Ordinal) != true)
        {
            Put(record with { Digests = [.. record.Digests ?? [], name.ToString()] });
        }
    }

    internal void Remove(Digest id)
    {
        PathAt.Unlink(PathAt.Current, ImagePath(id));
        records.Remove(id);
        CrashStep.At("image.catalog.record-removed");
    }

    internal void Tag(ImageReference reference, Digest id, DateTimeOffset now)
    {
        string name = reference.ToString();
        var tag = new TagRecord
        {
            Reference = name,
            Image = id.ToString(),
            TaggedAt = now,
        };
        AtomicFile.Write(TagPath(name), JsonSerializer.SerializeToUtf8Bytes(tag, CatalogJson.Default.TagRecord), durable: true);
        names[name] = id;
        CrashStep.At("image.catalog.tag-written");
    }

    internal void Untag(ImageReference reference)
    {
        string name = reference.ToString();
        PathAt.Unlink(PathAt.Current, TagPath(name));
        names.Remove(name);
        CrashStep.At("image.catalog.tag-removed");
    }

    private string ImagePath(Digest id) => Path.Combine(images, id.Hex + Suffix);

    private string TagPath(string reference) =>
        Path.Combine(tags, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(reference))) + Suffix);

    private List<T> Read<T>(string path, JsonTypeInfo<T> type, Predicate<T> isSound)
    {
        var found = new List<T>();
        using DirectoryHandle directory = PathAt.OpenDirectory(path);
        foreach (DirectoryEntry entry in DirectoryEntries.Read(directory))
        {
            if (entry.IsDirectory)
            {
                continue;
            }
            if (entry.Name[0] == '.')
            {
                // What an interrupted AtomicFile.Write leaves.
                EntryAt.Unlink(directory, entry.Name);
                continue;
            }
            try
            {
                T? record = JsonSerializer.Deserialize(FileIo.ReadAll(directory, entry.Text), type);
                found.Add(record is not null && isSound(record) ? record : throw new JsonException("not a record of this version"));
            }
            catch (JsonException)
            {
                unreadable.Add(Path.Combine(path, entry.Text));
            }
        }
        return found;
    }

    private static bool IsSound(ImageRecord record) =>
        Digest.TryParse(record.Id, out _)
        && Digest.TryParse(record.Manifest, out _)
        && Array.TrueForAll(
            record.Layers,
            layer =>
                layer is not null
                && Digest.TryParse(layer.DiffId, out _)
                && (layer.Supplement is null || Digest.TryParse(layer.Supplement, out _))
        )
        && Array.TrueForAll(
            record.Digests ?? [],
            name => ImageReference.TryParse(name, out ImageReference reference) && reference.Digest is not null
        )
        && Array.TrueForAll(record.PendingTags ?? [], tag => ImageReference.TryParse(tag, out _));

    private static bool IsSound(TagRecord record) =>
        Digest.TryParse(record.Image, out _) && ImageReference.TryParse(record.Reference, out _);
}
