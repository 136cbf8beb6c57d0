using System.Security.Cryptography;
using System.Text;
using Conex.Images.Archives;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Embedded;

/// <summary>The image <c>hello:latest</c>, made of one static program: what runs where there is neither registry nor network. Equal
/// programs give equal image IDs.</summary>
public static class HelloImage
{
    private const string ProgramLabel = "conex.hello.program";
    private static readonly TarTime FixedTime = new(1_767_225_600);

    /// <summary>The image's name.</summary>
    public static ImageReference Reference { get; } = ImageReference.Parse("hello:latest");

    /// <summary>Registers the image when it is missing or was made of another program. An image of somebody else that has the name stays.</summary>
    /// <param name="program">The bytes of a static executable of this platform.</param>
    /// <param name="users">The containers made from an image ID: a former hello image that none uses is removed.</param>
    /// <returns>The image that has the name now.</returns>
    /// <exception cref="Linux.Errors.KernelException">The machine refuses: no space, no permission.</exception>
    public static StoredImage Ensure(ImageStore store, ReadOnlyMemory<byte> program, Func<Digest, IReadOnlyList<ImageUser>> users)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(users);
        string mark = Digest.FromSha256(SHA256.HashData(program.Span)).ToString();
        StoredImage? present = store.Find(Reference.ToString());
        if (present is not null)
        {
            string? label = present.Config.Config?.Labels?.GetValueOrDefault(ProgramLabel);
            if (label is null || label == mark)
            {
                return present;
            }
        }
        StoredImage image = Register(store, program, mark);
        if (present is not null && store.FindById(present.Id) is { Tags.Count: 0 } && users(present.Id).Count == 0)
        {
            store.Remove(present.Id.ToString(), force: false, users);
        }
        return image;
    }

    private static StoredImage Register(ImageStore store, ReadOnlyMemory<byte> program, string mark)
    {
        byte[] tar = Layer(program.Span);
        var diffId = Digest.FromSha256(SHA256.HashData(tar));
        Platform platform = Platform.Current;
        byte[] config = new ImageConfig
        {
            Created = DateTimeOffset.FromUnixTimeSeconds(FixedTime.Seconds),
            Architecture = platform.Architecture,
            Os = platform.Os,
            Config = new ImageExecution
            {
                Entrypoint = ["/hello"],
                Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ProgramLabel] = mark },
            },
            Rootfs = new RootFs { Type = "layers", DiffIds = [diffId] },
            History =
            [
                new HistoryEntry { Created = DateTimeOffset.FromUnixTimeSeconds(FixedTime.Seconds), CreatedBy = "COPY hello /hello" },
            ],
        }.ToUtf8Json();
        using var session = new LayerSession(store);
        using var file = new ArchiveFile(tar, diffId);
        StoredLayer layer = session.Provide(diffId, file, new ProgressStream.Report(null, "", tar.Length), CancellationToken.None);
        session.Commit();
        return store.Register([new NewImage(config, PlainManifest.For(config, [layer]), [layer], [Reference])])[0].Image;
    }

    private static byte[] Layer(ReadOnlySpan<byte> program)
    {
        using var stream = new MemoryStream(program.Length + 16384);
        var tar = new TarWriter(stream);
        foreach (
            (string path, uint mode) in ((string, uint)[])
                [("dev/", 0x1ED), ("etc/", 0x1ED), ("proc/", 0x16D), ("sys/", 0x16D), ("tmp/", 0x3FF)]
        )
        {
            tar.Add(Entry(TarEntryType.Directory, path, mode, 0));
        }
        AddFile(tar, "etc/group", 0x1A4, "root:x:0:\nnogroup:x:65534:\n"u8);
        AddFile(tar, "etc/passwd", 0x1A4, "root:x:0:0:root:/:/hello\nnobody:x:65534:65534:nobody:/:/hello\n"u8);
        AddFile(tar, "hello", 0x1ED, program);
        tar.Finish();
        return stream.ToArray();
    }

    private static void AddFile(TarWriter tar, string path, uint mode, ReadOnlySpan<byte> content) =>
        tar.Add(Entry(TarEntryType.File, path, mode, content.Length), content);

    private static TarEntry Entry(TarEntryType type, string path, uint mode, long size) =>
        new()
        {
            Type = type,
            Path = Encoding.ASCII.GetBytes(path),
            Mode = mode,
            Size = size,
            Modified = FixedTime,
        };
}
