using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Writes image archives as other tools write them: <c>docker save</c>'s format and the OCI image layout, of one image with two
/// layers. The second replaces a file of the first and deletes another.</summary>
internal sealed class ImageArchive : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("conex-archive-").FullName;
    private readonly byte[][] layers;

    /// <param name="mark">What the image's file <c>/mark</c> holds, so that images differ.</param>
    internal ImageArchive(string mark)
    {
        layers = [File.ReadAllBytes(TestImages.BoxTar), Layer(("mark", mark), ("etc/group", "root:x:0:\n"), ("bin/.wh.vi", ""))];
        byte[] config = Encoding.UTF8.GetBytes(Config(mark).ToJsonString());
        ConfigDigest = Digest(config);
        Add(config);
    }

    /// <summary>The image's ID.</summary>
    internal string ConfigDigest { get; }

    /// <summary>Takes an image in whose upper layer no other has; it prints the mark.</summary>
    internal static void Load(EngineHouse house, string name, string mark)
    {
        house.Prepare();
        using var archive = new ImageArchive(mark);
        house.Do("load", "-q", "-i", archive.Docker($"{house.Place}/load.tar", name)).Succeeded();
    }

    private JsonObject Config(string mark) =>
        new()
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["created"] = "2026-01-02T03:04:05Z",
            ["config"] = new JsonObject
            {
                ["Cmd"] = new JsonArray("cat", "/mark"),
                ["Env"] = new JsonArray("PATH=/bin"),
                ["Labels"] = new JsonObject { ["mark"] = mark },
            },
            ["rootfs"] = new JsonObject
            {
                ["type"] = "layers",
                ["diff_ids"] = new JsonArray([.. layers.Select(l => JsonValue.Create(Digest(l)))]),
            },
        };

    /// <summary>A docker-archive.</summary>
    /// <returns>The path of the tar.</returns>
    internal string Docker(string path, string tag)
    {
        string root = Fresh();
        string config = $"{Hex(ConfigDigest)}.json";
        File.Copy(Blob(ConfigDigest), $"{root}/{config}");
        var names = new JsonArray();
        foreach (byte[] layer in layers)
        {
            string name = $"{Hex(Digest(layer))}/layer.tar";
            Directory.CreateDirectory(Path.GetDirectoryName($"{root}/{name}")!);
            File.WriteAllBytes($"{root}/{name}", layer);
            names.Add(name);
        }
        var manifest = new JsonArray(
            new JsonObject
            {
                ["Config"] = config,
                ["RepoTags"] = new JsonArray(tag),
                ["Layers"] = names,
            }
        );
        File.WriteAllText($"{root}/manifest.json", manifest.ToJsonString());
        File.Delete(path);
        TarFile.CreateFromDirectory(root, path, includeBaseDirectory: false);
        return path;
    }

    /// <summary>A tar of an OCI layout whose layers are compressed with gzip and zstd.</summary>
    /// <param name="spoil">Changes the bytes of a blob after its digest was taken.</param>
    internal string Oci(string path, string tag, Func<byte[], byte[]>? spoil = null)
    {
        string root = Fresh();
        Directory.CreateDirectory($"{root}/blobs/sha256");
        byte[] gzip = Gzip(layers[0]);
        byte[] zstd = Zstd(layers[1]);
        byte[] config = File.ReadAllBytes(Blob(ConfigDigest));
        JsonNode Put(byte[] blob, string type, bool spoiled = false)
        {
            string digest = Digest(blob);
            File.WriteAllBytes($"{root}/blobs/sha256/{Hex(digest)}", spoiled ? spoil!(blob) : blob);
            return new JsonObject
            {
                ["mediaType"] = $"application/vnd.oci.image.{type}",
                ["digest"] = digest,
                ["size"] = blob.Length,
            };
        }
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Put(config, "config.v1+json"),
            ["layers"] = new JsonArray(Put(gzip, "layer.v1.tar+gzip", spoil is not null), Put(zstd, "layer.v1.tar+zstd")),
        };
        JsonNode descriptor = Put(Encoding.UTF8.GetBytes(manifest.ToJsonString()), "manifest.v1+json");
        descriptor["annotations"] = new JsonObject { ["io.containerd.image.name"] = tag, ["org.opencontainers.image.ref.name"] = tag };
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(descriptor) };
        File.WriteAllText($"{root}/index.json", index.ToJsonString());
        File.WriteAllText($"{root}/oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
        File.Delete(path);
        TarFile.CreateFromDirectory(root, path, includeBaseDirectory: false);
        return path;
    }

    internal static byte[] Gzip(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }
        return memory.ToArray();
    }

    /// <summary>A tar of files; a file without text is empty.</summary>
    internal static byte[] Layer(params (string Name, string Text)[] files)
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach ((string name, string text) in files)
            {
                using var data = new MemoryStream(Encoding.UTF8.GetBytes(text));
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
            }
        }
        return memory.ToArray();
    }

    private static byte[] Zstd(byte[] bytes)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            RunningProgram.Run(Product.OfMachine("zstd", "zstd"), ["-q", "-f", path, "-o", $"{path}.zst"]).Succeeded();
            return File.ReadAllBytes($"{path}.zst");
        }
        finally
        {
            File.Delete(path);
            File.Delete($"{path}.zst");
        }
    }

    private static string Digest(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    private static string Hex(string digest) => digest["sha256:".Length..];

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Fresh() => Directory.CreateDirectory($"{directory}/{Guid.NewGuid():N}").FullName;

    private string Blob(string digest) => $"{directory}/{Hex(digest)}";

    private void Add(byte[] blob) => File.WriteAllBytes(Blob(Digest(blob)), blob);
}
