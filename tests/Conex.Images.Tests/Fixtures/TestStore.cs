using System.Text;
using Conex.Images.Archives;
using Conex.Images.Checks;
using Conex.Images.Compression;
using Conex.Images.Layers;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Tests.Fixtures;

/// <summary>A store in a directory of its own.</summary>
public sealed class TestStore : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly LayerStorage storage;

    public TestStore(LayerStorage storage = LayerStorage.Unpacked, ExpansionLimit? expansion = null)
    {
        ScratchDirectory.NeedRoot();
        this.storage = storage;
        Images = ImageStore.Open(Data, null, storage, expansion);
    }

    public ImageStore Images { get; private set; }

    public string Data => scratch["data"];

    public static IReadOnlyList<ImageUser> NoUsers(Digest id) => [];

    public IReadOnlyList<LoadedImage> Load(byte[] archive, LoadOptions? options = null) => Load(new MemoryStream(archive), options);

    public IReadOnlyList<LoadedImage> Load(Stream archive, LoadOptions? options = null)
    {
        using (archive)
        {
            return Images.LoadAsync(archive, options, null, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        }
    }

    public StoredImage Import(byte[] rootfs, ImportOptions? options = null)
    {
        using var stream = new MemoryStream(rootfs);
        return Images.ImportAsync(stream, options ?? new(), TestContext.Current.CancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Loads what must be refused, and checks that nothing of it stays.</summary>
    public string Refuse(byte[] archive, LoadOptions? options = null)
    {
        string[] before = Snapshot();
        string message = Assert.Throws<ImageArchiveException>(() => Load(archive, options)).Message;
        Assert.Equal(before, Snapshot());
        Assert.DoesNotContain('\n', message);
        return message;
    }

    public IReadOnlyList<ImageRemoval> Remove(string name, bool force = false) => Images.Remove(name, force, NoUsers);

    /// <summary>As after the end of the process.</summary>
    public void Reopen(LayerStorage? other = null)
    {
        Images.Dispose();
        Images = ImageStore.Open(Data, null, other ?? storage);
    }

    public string Read(StoredImage image, string path)
    {
        foreach (LayerSource layer in Images.OpenLayers(Images.LayerDirectories(image)))
        {
            if (File.Exists(Path.Combine(layer.Path, path)))
            {
                return File.ReadAllText(Path.Combine(layer.Path, path));
            }
        }
        return "";
    }

    /// <summary>What a container would see under a path: what the top-most layer with it has.</summary>
    public FileStatus Status(StoredImage image, string path) => Status(image, Encoding.UTF8.GetBytes(path));

    public FileStatus Status(StoredImage image, byte[] path) =>
        Images
            .OpenLayers(Images.LayerDirectories(image))
            .Select(layer =>
            {
                using DirectoryHandle root = PathAt.OpenDirectory(layer.Path);
                return EntryAt.Status(root, path);
            })
            .First(status => status is not null)!
            .Value;

    /// <summary>Blobs, layers, records and leftovers: everything but what is in the layers.</summary>
    public string[] Snapshot() =>
        [
            .. ((string[])["content/blobs/sha256", "images", "images/tags", "tmp"])
                .SelectMany(path => Directory.EnumerateFileSystemEntries(Path.Combine(Data, path)))
                .Concat(LayerEntries())
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>What is in the directory of layers, once those that were removed are gone.</summary>
    public string[] LayerEntries()
    {
        string[] Entries() => Directory.GetFileSystemEntries(Path.Combine(Data, "layers/sha256"));
        SpinWait.SpinUntil(() => !Entries().Any(entry => Images.Layers.IsGoing(Path.GetFileName(entry))), TimeSpan.FromMinutes(2));
        return Entries();
    }

    public void Dispose()
    {
        Images.Dispose();
        scratch.Dispose();
    }

    /// <summary>What <c>system check</c> finds.</summary>
    internal StoreReport Check(bool repair = false, bool quick = false, Func<Digest, IReadOnlyList<ImageUser>>? users = null) =>
        StoreCheck
            .RunAsync(Images, new CheckOptions { Repair = repair, Quick = quick }, users ?? NoUsers, TestContext.Current.CancellationToken)
            .GetAwaiter()
            .GetResult();
}
