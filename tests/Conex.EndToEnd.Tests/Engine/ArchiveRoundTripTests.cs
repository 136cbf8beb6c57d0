using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Archives and layouts of other tools go through the engine and come back with the same manifests and layers, byte for byte.</summary>
public sealed class ArchiveRoundTripTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly ImageArchive archive = new($"mark {Guid.NewGuid():N}");
    private readonly string place = $"{house.Place}/trip-{Guid.NewGuid():N}";

    public void Dispose()
    {
        archive.Dispose();
        house.DoOnHost($"rm -rf {place}; $CONEX rmi -f trip:1 >/dev/null 2>&1; true").Succeeded();
        house.RequireClean();
    }

    [Theory]
    [InlineData("gzip", "oci-archive")]
    [InlineData("zstd", "oci-archive")]
    [InlineData("gzip", "oci-dir")]
    [InlineData("zstd", "oci-dir")]
    public void What_skopeo_compressed_comes_back_to_skopeo_byte_for_byte(string compression, string format)
    {
        string layout = Skopeo(compression);
        string digest = Manifest($"oci:{layout}:trip:1");
        string saved = $"{place}/saved";
        string transport = format == "oci-dir" ? "oci" : "oci-archive";

        house.DoOnHost(format == "oci-dir" ? $"$CONEX load -i {layout}" : $"tar -C {layout} -c . | $CONEX load").Succeeded();
        house.Do("save", "--format", format, "-o", saved, "trip:1").Succeeded();

        Assert.Equal(digest, Manifest($"{transport}:{saved}"));
        Host($"skopeo copy -q --insecure-policy {transport}:{saved} dir:{place}/dir");
        Host($"skopeo copy -q --insecure-policy oci:{layout}:trip:1 dir:{place}/first");
        Assert.Equal(Host($"cd {place}/first && sha256sum *"), Host($"cd {place}/dir && sha256sum *"));
    }

    [Fact]
    public void What_umoci_made_is_loaded_and_what_is_saved_umoci_unpacks()
    {
        string umoci = Product.OfMachine("umoci", "umoci");
        string layout = Skopeo("gzip");
        Host($"{umoci} config --image {layout}:trip:1 --config.env UMOCI=was-here");
        string digest = Manifest($"oci:{layout}:trip:1");

        house.Do("load", "-i", layout).Succeeded();
        string id = Host(
            $"skopeo inspect --raw oci:{layout}:trip:1 | python3 -c \"import json,sys; print(json.load(sys.stdin)['config']['digest'])\""
        );
        Assert.Contains("UMOCI=was-here", house.Ask("inspect", "-f", "{{json .Config.Env}}", id), StringComparison.Ordinal);
        house.Do("tag", id, "trip:1").Succeeded();
        house.Do("save", "--format", "oci-dir", "-o", $"{place}/saved", "trip:1").Succeeded();

        Assert.Equal(digest, Manifest($"oci:{place}/saved:1"));
        Host($"{umoci} unpack --image {place}/saved:1 {place}/bundle");
        Assert.StartsWith("mark ", Host($"cat {place}/bundle/rootfs/mark"), StringComparison.Ordinal);
        house.Do("rmi", "-f", id).Succeeded();
    }

    [Fact]
    public void Podman_reads_a_layout_directory_and_its_own_archive_comes_in()
    {
        string podman = Product.OfMachine("podman", "podman");
        string options = $"{podman} --root {house.Place}/p --runroot {house.Place}/pr --storage-driver vfs --events-backend file";
        Host($"mkdir {place}");
        // podman reads it and wants it to be there.
        house.WriteFile("docker/config.json", "{}");
        house.Do("load", "-q", "-i", archive.Docker($"{place}/docker.tar", "trip:1")).Succeeded();
        house.Do("save", "--format", "oci-dir", "-o", $"{place}/saved", "trip:1").Succeeded();

        Host($"{options} pull -q oci:{place}/saved:1");
        Assert.Equal(
            archive.ConfigDigest[7..],
            Host($"{options} images -q --no-trunc | head -n 1").Replace("sha256:", "", StringComparison.Ordinal)
        );
        house.Do("rmi", "trip:1").Succeeded();
        Host($"{options} tag {archive.ConfigDigest[7..]} trip:1");
        foreach (string format in (string[])["docker-archive", "oci-archive"])
        {
            Host($"{options} save -q --format {format} -o {place}/{format}.tar trip:1");
            Assert.Contains("trip:1", house.Ask("load", "-i", $"{place}/{format}.tar"), StringComparison.Ordinal);
            Assert.Equal(archive.ConfigDigest, house.Ask("inspect", "-f", "{{.Id}}", "localhost/trip:1"));
            house.Do("rmi", "localhost/trip:1").Succeeded();
        }
        Host($"{options} rmi -af && rm -rf {house.Place}/p {house.Place}/pr");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void A_directory_of_skopeos_comes_back_to_skopeo_byte_for_byte(string compression)
    {
        string layout = Skopeo(compression);
        Host($"skopeo copy -q --insecure-policy oci:{layout}:trip:1 dir:{place}/first");
        using var manifest = JsonDocument.Parse(File.ReadAllText($"{place}/first/manifest.json"));
        string id = manifest.RootElement.GetProperty("config").GetProperty("digest").GetString()!;

        Assert.Equal($"Loaded image ID: {id}", house.Ask("load", "-i", $"{place}/first"));
        house.Do("save", "--format", "docker-dir", "-o", $"{place}/saved", id).Succeeded();

        Assert.Equal(Host($"cd {place}/first && sha256sum *"), Host($"cd {place}/saved && sha256sum *"));
        Host($"skopeo copy -q --insecure-policy dir:{place}/saved dir:{place}/again");
        Assert.Equal(Host($"cd {place}/first && sha256sum *"), Host($"cd {place}/again && sha256sum *"));
        house.Do("rmi", id).Succeeded();
    }

    [Fact]
    public void A_directory_of_podmans_comes_in_and_podman_reads_what_is_saved()
    {
        string podman = Product.OfMachine("podman", "podman");
        string options = $"{podman} --root {house.Place}/p --runroot {house.Place}/pr --storage-driver vfs --events-backend file";
        Host($"mkdir {place}");
        house.WriteFile("docker/config.json", "{}");
        house.Do("load", "-q", "-i", archive.Docker($"{place}/docker.tar", "trip:1")).Succeeded();
        house.Do("save", "--format", "docker-dir", "-o", $"{place}/saved", "trip:1").Succeeded();
        house.Do("rmi", "trip:1").Succeeded();

        Host($"{options} pull -q dir:{place}/saved");
        string id = Host($"{options} images -q --no-trunc | head -n 1");
        Assert.Equal(archive.ConfigDigest, id);
        foreach (string format in (string[])["docker-dir", "oci-dir"])
        {
            Host($"{options} save -q --format {format} -o {place}/{format} {id}");
            Assert.Equal($"Loaded image ID: {archive.ConfigDigest}", house.Ask("load", "-i", $"{place}/{format}"));
            house.Do("rmi", archive.ConfigDigest).Succeeded();
        }
        Host($"{options} rmi -af && rm -rf {house.Place}/p {house.Place}/pr");
    }

    [Fact]
    public void A_layout_directory_is_new_and_needs_a_path()
    {
        Host($"mkdir {place} && touch {place}/something");

        house.Do("save", "--format", "oci-dir", "box").FailedWith(1, "give its path with -o");
        house.Do("save", "--format", "docker-dir", "-o", $"{place}/one", "box", "hello").FailedWith(1, "holds one image");
        house.Do("save", "--format", "oci-dir", "-o", place, "box").FailedWith(1, "is not empty");
        house.Do("load", "-i", place).FailedWith(1, "the archive holds no image");
        house.Do("save", "--format", "oci-dir", "-o", $"{place}/two", "box", "hello").Succeeded();
        using var index = JsonDocument.Parse(File.ReadAllText($"{place}/two/index.json"));
        Assert.Equal(
            ["docker.io/library/box:latest", "docker.io/library/hello:latest"],
            index
                .RootElement.GetProperty("manifests")
                .EnumerateArray()
                .Select(one => one.GetProperty("annotations").GetProperty("io.containerd.image.name").GetString()!)
                .Order(StringComparer.Ordinal)
        );
    }

    private string Skopeo(string compression)
    {
        _ = Product.OfMachine("skopeo", "skopeo");
        house.Prepare();
        Host($"mkdir {place}");
        string tar = archive.Docker($"{place}/docker.tar", "trip:1");
        Host($"skopeo copy -q --insecure-policy --dest-compress-format {compression} docker-archive:{tar} oci:{place}/layout:trip:1");
        return $"{place}/layout";
    }

    private string Manifest(string source) => Host($"skopeo inspect --raw {source} | sha256sum");

    private string Host(string script) => house.DoOnHost(script).Succeeded().Text;
}
