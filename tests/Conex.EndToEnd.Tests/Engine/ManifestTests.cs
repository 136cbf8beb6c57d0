using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Manifest lists are made here, kept where docker keeps them, pushed, and read by others.</summary>
public sealed class ManifestTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly Lazy<RegistryServer> registry = new(() => new RegistryServer());

    public static TheoryData<string> Clients => [.. DockerClients.All];

    private string Host => registry.Value.Host;

    public void Dispose()
    {
        if (Directory.Exists($"{house.Place}/docker"))
        {
            Directory.Delete($"{house.Place}/docker", recursive: true);
        }
        house.RequireClean();
        if (registry.IsValueCreated)
        {
            registry.Value.Dispose();
        }
    }

    [Fact]
    public void A_list_is_created_annotated_pushed_and_read_by_skopeo_and_podman()
    {
        house.WriteFile("docker/config.json", "{}");
        string list = $"{Host}/team/app:multi";
        string amd = Push("team/app:amd", "ENV A=amd");
        string arm = Push("other/app:arm", "ENV A=arm");

        Assert.Equal($"Created manifest list {list}", house.Ask("manifest", "create", list, amd));
        house.Do("manifest", "create", list, arm).FailedWith(1, "refusing to amend an existing manifest list with no --amend flag");
        house.Do("manifest", "create", "--amend", list, arm).Succeeded();
        house.Do("manifest", "annotate", "--arch", "arm64", "--variant", "v8", "--os-features", "a,b", list, arm).Succeeded();
        house
            .Do("manifest", "annotate", "--arch", "arm", list, $"{Host}/team/app:none")
            .FailedWith(1, $"manifest for image {Host}/team/app:none does not exist in {list}");
        using (var entry = JsonDocument.Parse(house.Ask("manifest", "inspect", "-v", list, arm)))
        {
            Assert.Equal(
                "arm64",
                entry.RootElement.GetProperty("Descriptor").GetProperty("platform").GetProperty("architecture").GetString()
            );
            Assert.Equal(arm, entry.RootElement.GetProperty("Ref").GetString());
            Assert.Equal(2, entry.RootElement.GetProperty("OCIManifest").GetProperty("schemaVersion").GetInt32());
        }

        string digest = house.Ask("manifest", "push", list);

        string raw = house.DoProgram("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{list}").Succeeded().Output;
        Assert.Equal(
            digest,
            $"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(raw)))}"
        );
        Assert.Equal(["amd64", "arm64 v8"], Platforms(raw));
        // The second image was in another repository: its manifest and blobs are in the list's now.
        Assert.Equal(
            "A=arm",
            house
                .DoProgram(
                    "skopeo",
                    "inspect",
                    "--config",
                    "--tls-verify=false",
                    "--override-arch",
                    "arm64",
                    "--override-variant",
                    "v8",
                    $"docker://{list}"
                )
                .Succeeded()
                .Output
                is var config
                ? JsonDocument.Parse(config).RootElement.GetProperty("config").GetProperty("Env")[0].GetString()
                : null
        );
        string registries = house.WriteFile("registries.conf", $"[[registry]]\nlocation = \"{Host}\"\ninsecure = true\n");
        string podman = house
            .DoOnHost(
                $"CONTAINERS_REGISTRIES_CONF={registries} podman --root {house.Place}/podman --runroot {house.Place}/podman-run --storage-driver vfs manifest inspect {list}"
            )
            .Succeeded()
            .Output;
        Assert.Equal(["amd64", "arm64 v8"], Platforms(podman));
        house.DoOnHost($"rm -rf {house.Place}/podman {house.Place}/podman-run").Succeeded();

        house.Do("manifest", "rm", list).Succeeded();
        house.Do("manifest", "rm", list).FailedWith(1, "No such manifest");
        house.Do("manifest", "push", list).FailedWith(1, "not found");
        // Now the registry answers.
        Assert.Equal(["amd64", "arm64 v8"], Platforms(house.Ask("manifest", "inspect", list)));
        using (var all = JsonDocument.Parse(house.Ask("manifest", "inspect", "--verbose", list)))
        {
            Assert.Equal(2, all.RootElement.GetArrayLength());
        }
        house.Do("manifest", "create", $"{Host}/x:1", list).FailedWith(1, "is a manifest list");
        house.Do("rmi", amd, arm).Succeeded();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Of_a_list_the_image_of_the_platform_is_pulled(string docker)
    {
        house.WriteFile("docker/config.json", "{}");
        string list = $"{Host}/team/app:platforms";
        string[] images = [.. ((string[])["amd64", "arm64"]).Select(architecture => $"{Host}/team/app:{architecture}")];
        foreach (string image in images)
        {
            house
                .Do(
                    "import",
                    "--platform",
                    $"linux/{image.Split(':')[^1]}",
                    "-c",
                    $"ENV A={image.Split(':')[^1]}",
                    TestImages.BoxTar,
                    image
                )
                .Succeeded();
            house.Do("push", image).Succeeded();
        }
        house.Do(["manifest", "create", list, .. images]).Succeeded();
        house.Do("manifest", "push", "--purge", list).Succeeded();
        house.Do(["rmi", .. images]).Succeeded();

        foreach (string architecture in (string[])["arm64", "amd64"])
        {
            house.Do("pull", "-q", "--platform", $"linux/{architecture}", list).Succeeded();
            Assert.Equal($"{architecture} [A={architecture}]", house.Ask("inspect", "-f", "{{.Architecture}} {{.Config.Env}}", list));
            house.Do("rmi", list).Succeeded();
            house
                .DoProgram(docker, "--host", $"unix://{house.SocketPath}", "pull", "-q", "--platform", $"linux/{architecture}", list)
                .Succeeded();
            Assert.Equal(architecture, house.Ask("inspect", "-f", "{{.Architecture}}", list));
            house.Do("rmi", list).Succeeded();
        }
        Assert.Contains(
            "no matching manifest for linux/s390x",
            house.Do("pull", "--platform", "linux/s390x", list).EndedWith(1).Error,
            StringComparison.Ordinal
        );
        house.Do("pull", "-q", "--platform", "linux/a/b/c/d", list).FailedWith(1, "is no platform");
    }

    [Fact]
    public void Dockers_own_manifests_make_dockers_list_and_purge_forgets_it()
    {
        house.WriteFile("docker/config.json", "{}");
        string source = Push("team/app:oci", "ENV A=b");
        string schema2 = $"{Host}/team/app:v2s2";
        Copy(source, schema2);
        string list = $"{Host}/team/app:list";

        house.Do("manifest", "create", "--insecure", list, schema2).Succeeded();
        house.Do("manifest", "push", "--purge", "--insecure", list).Succeeded();

        Assert.Contains(
            "application/vnd.docker.distribution.manifest.list.v2+json",
            house.DoProgram("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{list}").Output,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists($"{house.Place}/docker/manifests/{list.Replace(':', '-').Replace('/', '_')}"));
        house.Do("rmi", source).Succeeded();
    }

    [Fact]
    public void A_manifest_that_is_not_there_and_a_list_of_two_registries_get_a_sentence()
    {
        house.WriteFile("docker/config.json", "{}");
        using var other = new RegistryServer();
        string here = Push("team/app:1", "ENV A=b");

        house.Do("manifest", "inspect", $"{Host}/team/none:1").FailedWith(1, "get the manifest 1 of");
        house.Do("manifest", "inspect", "Not/Valid").FailedWith(1, "invalid reference format");
        house.Do("manifest", "create", $"{other.Host}/x:1", here).Succeeded();
        house.Do("manifest", "push", $"{other.Host}/x:1").FailedWith(1, "cannot use source images from a different registry");
        house.WriteFile($"docker/manifests/{other.Host.Replace(':', '-')}_x-1/broken", "{");
        house.Do("manifest", "inspect", $"{other.Host}/x:1").FailedWith(1, "is no manifest that docker or conex has written");
        house.Do("rmi", here).Succeeded();
    }

    [Fact]
    public void Docker_reads_a_list_that_conex_made()
    {
        house.WriteFile("docker/config.json", "{}");
        string source = Push("team/app:1", "ENV A=b");
        string schema2 = $"{Host}/team/app:v2s2";
        Copy(source, schema2);
        string list = $"{Host}/team/app:list";
        house.Do("manifest", "create", list, schema2).Succeeded();

        CommandResult shown = house.DoProgram(DockerClients.Debian, "manifest", "inspect", "--insecure", list, schema2).Succeeded();

        Assert.Contains("application/vnd.docker.distribution.manifest.v2+json", shown.Output, StringComparison.Ordinal);
        house.Do("rmi", source).Succeeded();
    }

    /// <summary>Makes a manifest of docker's own type.</summary>
    private void Copy(string from, string to) =>
        house
            .DoProgram(
                "skopeo",
                "copy",
                "-q",
                "--src-tls-verify=false",
                "--dest-tls-verify=false",
                "--format",
                "v2s2",
                $"docker://{from}",
                $"docker://{to}"
            )
            .Succeeded();

    private string Push(string name, string change)
    {
        string whole = $"{Host}/{name}";
        house.Import(whole, change);
        house.Do("push", "-q", whole).Succeeded();
        return whole;
    }

    private static IEnumerable<string> Platforms(string index)
    {
        using var document = JsonDocument.Parse(index);
        return
        [
            .. document
                .RootElement.GetProperty("manifests")
                .EnumerateArray()
                .Select(one => one.GetProperty("platform"))
                .Select(platform =>
                    platform.GetProperty("architecture").GetString()
                    + (platform.TryGetProperty("variant", out JsonElement variant) ? $" {variant.GetString()}" : "")
                )
                .Order(StringComparer.Ordinal),
        ];
    }
}
