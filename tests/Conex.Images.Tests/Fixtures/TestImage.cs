using System.IO.Compression;
using System.Security.Cryptography;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Fixtures;

/// <summary>An image in parts, and the archives it can come in.</summary>
public sealed class TestImage
{
    public TestImage(params byte[][] layers)
    {
        Layers = layers;
        Config = new ImageConfig
        {
            Created = DateTimeOffset.UnixEpoch,
            Architecture = Platform.Current.Architecture,
            Os = "linux",
            Config = new ImageExecution { Cmd = ["/bin/sh"] },
            Rootfs = new RootFs { Type = "layers", DiffIds = [.. layers.Select(DigestOf)] },
        }.ToUtf8Json();
    }

    public byte[] Config { get; set; }

    public byte[][] Layers { get; }

    public Digest Id => DigestOf(Config);

    /// <summary>An image with one file of that content.</summary>
    public static TestImage With(string content) => new(new TarBuilder().File("file", content).ToArray());

    public static Digest DigestOf(byte[] bytes) => Digest.FromSha256(SHA256.HashData(bytes));

    public static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return stream.ToArray();
    }

    public static byte[] Zstd(byte[] bytes) => new ZstdSharp.Compressor().Wrap(bytes).ToArray();

    /// <summary>What docker save writes.</summary>
    public static byte[] DockerArchive(params (TestImage Image, string[] Tags)[] images)
    {
        var tar = new TarBuilder();
        foreach (byte[] layer in images.SelectMany(pair => pair.Image.Layers).DistinctBy(DigestOf))
        {
            tar.File($"{DigestOf(layer).Hex}/layer.tar", layer);
        }
        foreach ((TestImage image, _) in images)
        {
            tar.File($"{image.Id.Hex}.json", image.Config);
        }
        return tar.File("manifest.json", Manifest(images)).ToArray();
    }

    public static byte[] Manifest(params (TestImage Image, string[] Tags)[] images) =>
        DockerArchiveImage.ToUtf8Json([
            .. images.Select(pair => new DockerArchiveImage
            {
                Config = $"{pair.Image.Id.Hex}.json",
                RepoTags = pair.Tags,
                Layers = [.. pair.Image.Layers.Select(layer => $"{DigestOf(layer).Hex}/layer.tar")],
            }),
        ]);

    /// <summary>Adds the image's blobs to an OCI layout.</summary>
    /// <param name="encode">What a layer's tar becomes in the layout.</param>
    /// <returns>The manifest's descriptor.</returns>
    public Descriptor AddTo(TarBuilder layout, Func<byte[], byte[]> encode, string layerType = MediaType.OciLayer)
    {
        byte[][] blobs = [.. Layers.Select(encode)];
        byte[] manifest = new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaType.OciManifest,
            Config = Describe(Config, MediaType.OciConfig),
            Layers = [.. blobs.Select(blob => Describe(blob, layerType))],
        }.ToUtf8Json();
        foreach (byte[] blob in (byte[][])[.. blobs, Config, manifest])
        {
            AddBlob(layout, blob);
        }
        return Describe(manifest, MediaType.OciManifest);
    }

    public static void AddBlob(TarBuilder layout, byte[] blob) => layout.File($"blobs/sha256/{DigestOf(blob).Hex}", blob);

    public static byte[] Layout(TarBuilder layout, params Descriptor[] manifests) =>
        layout.File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", Index(manifests)).ToArray();

    public static byte[] Index(params Descriptor[] manifests) =>
        new ImageIndex
        {
            SchemaVersion = 2,
            MediaType = MediaType.OciIndex,
            Manifests = manifests,
        }.ToUtf8Json();

    public static Descriptor Describe(byte[] blob, string mediaType) =>
        new()
        {
            MediaType = mediaType,
            Digest = DigestOf(blob),
            Size = blob.Length,
        };

    public static Descriptor Named(Descriptor descriptor, string key, string name) =>
        descriptor with
        {
            Annotations = new Dictionary<string, string> { [key] = name },
        };
}
