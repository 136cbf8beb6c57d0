using System.Text.Json;
using System.Text.RegularExpressions;
using Conex.EndToEnd.Tests.Callers;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Images between the engine, a real registry, and the programs that others use with it.</summary>
public sealed partial class RegistryTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly Lazy<RegistryServer> registry = new(() => new RegistryServer());

    public static TheoryData<string> Clients => [.. DockerClients.All];

    private string Host => registry.Value.Host;

    public void Dispose()
    {
        house.RequireClean();
        if (registry.IsValueCreated)
        {
            registry.Value.Dispose();
        }
    }

    [Fact]
    public void What_conex_pushes_skopeo_and_podman_pull_and_what_they_push_comes_back_byte_for_byte()
    {
        Need("skopeo", "podman");
        // podman reads it and wants it to be there.
        house.WriteFile("docker/config.json", "{}");
        string app = $"{Host}/team/app:1";
        house.Import(app, "CMD [\"cat\", \"/etc/passwd\"]", "ENV A=b");
        string pushed = DigestOf(house.Ask("push", app));
        string id = house.Ask("inspect", "-f", "{{.Id}}", app);

        Assert.Equal(
            pushed,
            $"sha256:{Sum(house.DoProgram("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{app}").Succeeded().Output)}"
        );
        using (
            var config = JsonDocument.Parse(house.DoProgram("skopeo", "inspect", "--config", "--tls-verify=false", $"docker://{app}").Text)
        )
        {
            Assert.Equal("A=b", config.RootElement.GetProperty("config").GetProperty("Env")[0].GetString());
        }
        string[] storage = ["--root", $"{house.Place}/podman", "--runroot", $"{house.Place}/podman-run", "--storage-driver", "vfs"];
        Assert.Contains(
            id[7..],
            house.DoProgram("podman", [.. storage, "pull", "--tls-verify=false", "-q", app]).Text,
            StringComparison.Ordinal
        );

        // docker's own manifest format, made by skopeo, through conex, to a third name.
        house
            .DoProgram(
                "skopeo",
                "copy",
                "-q",
                "--src-tls-verify=false",
                "--dest-tls-verify=false",
                "--format",
                "v2s2",
                $"docker://{app}",
                $"docker://{Host}/by/skopeo:2"
            )
            .Succeeded();
        string bySkopeo = house
            .DoProgram("skopeo", "inspect", "--format", "{{.Digest}}", "--tls-verify=false", $"docker://{Host}/by/skopeo:2")
            .Text;
        house.Do("rmi", "-f", app).Succeeded();
        Assert.Equal(bySkopeo, DigestOf(house.Ask("pull", $"{Host}/by/skopeo:2")));
        Assert.Equal(id, house.Ask("inspect", "-f", "{{.Id}}", $"{Host}/by/skopeo:2"));
        house.DoProgram(Docker, "--host", $"unix://{house.SocketPath}", "tag", $"{Host}/by/skopeo:2", $"{Host}/third/name:3").Succeeded();
        Assert.Equal(bySkopeo, DigestOf(house.Ask("push", $"{Host}/third/name:3")));
        house.DoProgram("podman", [.. storage, "push", "--tls-verify=false", "-q", app, $"{Host}/by/podman:4"]).Succeeded();
        Assert.Equal(id, house.Ask(["inspect", "-f", "{{.Id}}", house.Ask("pull", "-q", $"{Host}/by/podman:4")]));
        house.DoProgram("podman", [.. storage, "rmi", "-af"]).Succeeded();
        house.Do("rmi", "-f", id).Succeeded();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_docker_client_pulls_and_pushes(string docker)
    {
        string app = $"{Host}/docker/app:1";
        ImageArchive.Load(house, app, $"for {docker}");
        string[] on = ["--host", $"unix://{house.SocketPath}"];

        string pushed = house.DoProgram(docker, [.. on, "push", app]).Text;
        Assert.Contains($"The push refers to repository [{Host}/docker/app]", pushed, StringComparison.Ordinal);
        Assert.Contains(": Pushed", pushed, StringComparison.Ordinal);
        Assert.Contains(": Layer already exists", house.DoProgram(docker, [.. on, "push", app]).Text, StringComparison.Ordinal);
        house.DoProgram(docker, [.. on, "rmi", app]).Succeeded();
        string pulled = house.DoProgram(docker, [.. on, "pull", app]).Text;
        Assert.Contains("1: Pulling from docker/app", pulled, StringComparison.Ordinal);
        Assert.Contains(": Pull complete", pulled, StringComparison.Ordinal);
        Assert.Contains($"Digest: {DigestOf(pushed)}", pulled, StringComparison.Ordinal);
        Assert.Contains($"Status: Downloaded newer image for {app}", pulled, StringComparison.Ordinal);
        Assert.Contains(
            $"Status: Image is up to date for {app}",
            house.DoProgram(docker, [.. on, "pull", app]).Text,
            StringComparison.Ordinal
        );
        Assert.Equal(
            $"[{Host}/docker/app@{DigestOf(pushed)}]",
            house.DoProgram(docker, [.. on, "inspect", "-f", "{{.RepoDigests}}", app]).Text
        );
        Assert.Contains(
            "not found",
            house.DoProgram(docker, [.. on, "pull", $"{Host}/docker/app:no"]).EndedWith(1).Error,
            StringComparison.Ordinal
        );
        house.Do("rmi", app).Succeeded();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Search_looks_into_a_registrys_catalog(string docker)
    {
        foreach (string name in (string[])["team/searched", "searched-too", "other"])
        {
            house.Import($"{Host}/{name}:1", "CMD true");
            house.Do("push", "-q", $"{Host}/{name}:1").Succeeded();
        }

        string[] found = house.Ask("search", "--format", "{{.Name}} {{.StarCount}}", $"{Host}/searched").Split('\n');

        Assert.Equal([$"{Host}/searched-too 0", $"{Host}/team/searched 0"], found.Order(StringComparer.Ordinal));
        Assert.Single(house.Ask("search", "--limit", "1", "--format", "{{.Name}}", $"{Host}/searched").Split('\n'));
        Assert.Equal("", house.Ask("search", "-f", "stars=1", "--format", "{{.Name}}", $"{Host}/searched"));
        Assert.Equal(
            ["NAME", "DESCRIPTION", "STARS", "OFFICIAL"],
            house.Ask("search", $"{Host}/searched").Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        );
        house.Do("search", "--limit", "101", $"{Host}/x").FailedWith(1, "limit 101 is outside the range of [1, 100]");
        house.Do("search", "-f", "color=red", $"{Host}/x").FailedWith(1, "invalid filter 'color'");
        house.Do("search", "-f", "is-official=perhaps", $"{Host}/x").FailedWith(1, "invalid filter 'is-official=perhaps'");
        Assert.Equal(
            found.Order(StringComparer.Ordinal),
            house
                .DoProgram(
                    docker,
                    "--host",
                    $"unix://{house.SocketPath}",
                    "search",
                    "--format",
                    "{{.Name}} {{.StarCount}}",
                    $"{Host}/searched"
                )
                .Text.Split('\n')
                .Order(StringComparer.Ordinal)
        );
        house.Do("rmi", $"{Host}/team/searched:1", $"{Host}/searched-too:1", $"{Host}/other:1").Succeeded();
    }

    [Fact]
    public void The_distribution_endpoint_describes_an_image_without_a_pull()
    {
        string app = $"{Host}/described:1";
        house.Import(app, "CMD true");
        string digest = DigestOf(house.Ask("push", app));
        house.Do("rmi", app).Succeeded();

        using var answer = JsonDocument.Parse(Get($"{app}/json", "200"));

        JsonElement descriptor = answer.RootElement.GetProperty("Descriptor");
        Assert.Equal(digest, descriptor.GetProperty("digest").GetString());
        Assert.Equal("application/vnd.oci.image.manifest.v1+json", descriptor.GetProperty("mediaType").GetString());
        Assert.Equal(registry.Value.Manifest(digest).Length, descriptor.GetProperty("size").GetInt64());
        Assert.Equal("linux", answer.RootElement.GetProperty("Platforms")[0].GetProperty("os").GetString());
        Get($"{Host}/described:none/json", "404");
        Get("Not/Valid/json", "400");
        Assert.DoesNotContain(app, house.Ask("images", "--format", "{{.Repository}}:{{.Tag}}"), StringComparison.Ordinal);

        string Get(string rest, string status)
        {
            string[] lines = house
                .DoOnHost($"curl -s -w '\\n%{{http_code}}' --unix-socket {house.SocketPath} http://c/v1.44/distribution/{rest}")
                .Succeeded()
                .Text.Split('\n');
            Assert.Equal(status, lines[^1]);
            return lines[0];
        }
    }

    [Fact]
    public void Images_shows_the_digests_that_registries_know()
    {
        string app = $"{Host}/digests:1";
        ImageArchive.Load(house, app, "digests");
        Assert.Equal("<none>", house.Ask("images", "--digests", "--format", "{{.Digest}}", $"{Host}/digests"));

        string digest = DigestOf(house.Ask("push", app));

        Assert.Equal(digest, house.Ask("images", "--digests", "--format", "{{.Digest}}", $"{Host}/digests"));
        string[] table = house.Ask("images", "--digests", $"{Host}/digests").Split('\n');
        Assert.Equal(["REPOSITORY", "TAG", "DIGEST"], table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        Assert.Equal([$"{Host}/digests", "1", digest], table[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        house.Do("rmi", app).Succeeded();
    }

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex Digests();

    private static string DigestOf(string output) => Digests().Match(output).Value;

    private static string Docker => DockerClients.Debian;

    private static string Sum(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void Need(params string[] programs) => Array.ForEach(programs, program => _ = UnpackedPeers.Installed(program));
}
