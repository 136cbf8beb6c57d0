using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Images get names, tell their history and leave as archives that other tools read.</summary>
public sealed class SaveTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly ImageArchive archive = new($"mark {Guid.NewGuid():N}");

    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose()
    {
        archive.Dispose();
        foreach (string image in house.Do("images", "--format", "{{.Repository}}:{{.Tag}}").Succeeded().Lines)
        {
            if (
                !image.StartsWith("box:", StringComparison.Ordinal)
                && !image.StartsWith("hello:", StringComparison.Ordinal)
                && image.Length > 0
            )
            {
                house.Do("rmi", image).Succeeded();
            }
        }
        house.RequireClean();
    }

    [Fact]
    public void A_tag_is_a_further_name_and_moves()
    {
        house.Do("tag", "box", "example.org:5000/team/box:v2").Succeeded();
        Assert.Equal(house.Ask("inspect", "-f", "{{.Id}}", "box"), house.Ask("inspect", "-f", "{{.Id}}", "example.org:5000/team/box:v2"));
        house.Do("image", "tag", "hello", "example.org:5000/team/box:v2").Succeeded();
        Assert.Equal(house.Ask("inspect", "-f", "{{.Id}}", "hello"), house.Ask("inspect", "-f", "{{.Id}}", "example.org:5000/team/box:v2"));

        house.Do("tag", "nosuch", "a:1").FailedWith(1, "No such image: nosuch:latest");
        house.Do("tag", "box", "Not/Valid").FailedWith(1, "invalid reference format");
        house.Do("tag", "box", "sha256:1").FailedWith(1, "refusing to create an ambiguous tag using digest algorithm as name");
        house.Do("import", TestImages.BoxTar, "sha256").FailedWith(1, "refusing to create an ambiguous tag using digest algorithm as name");
        house.Do("pull", "sha256:1").FailedWith(1, "refusing to create an ambiguous tag using digest algorithm as name");
        foreach (
            string[] command in (string[][])
                [
                    ["tag", "box"],
                    ["import", TestImages.BoxTar],
                    ["pull"],
                ]
        )
        {
            house.Do([.. command, new string('a', 64)]).FailedWith(1, "cannot specify 64-byte hexadecimal strings");
        }
        house.Do("tag", "box", $"a@sha256:{new string('0', 64)}").FailedWith(1, "refusing to create a tag with a digest reference");
        Assert.Equal("400", Status("POST", $"/images/box/tag?repo=a%40sha256%3A{new string('0', 64)}"));
        Assert.Equal("404", Status("POST", "/images/nosuch/tag?repo=a"));
        Assert.Equal("400", Status("POST", "/images/box/tag"));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Docker_tags_saves_loads_and_shows_the_history(string docker)
    {
        Load("saved:1");
        Assert.Empty(Docker(docker, "tag saved:1 saved:2").Text);
        string file = $"{house.Place}/saved.tar";

        Docker(docker, $"save -o {file} saved:1 saved:2").Succeeded();
        Docker(docker, "rmi saved:1 saved:2").Succeeded();
        Assert.Equal("Loaded image: saved:1\nLoaded image: saved:2", Docker(docker, $"load -i {file}").Text);

        Assert.Equal(archive.ConfigDigest, Docker(docker, "inspect -f {{.Id}} saved:2").Text);
        Assert.Equal(house.Ask("inspect", "-f", "{{.Id}}", "box"), Docker(docker, "history --no-trunc -q box").Text);
        Assert.Equal(
            "CREATED BY",
            string.Join(' ', Docker(docker, "history box").Text.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2..4])
        );
        Assert.Equal(
            "ok",
            house.DoOnHost($"{docker} --host unix://{house.SocketPath} save saved:1 | tar -t | grep -q ^manifest.json && echo ok").Text
        );
    }

    [Theory]
    [InlineData("docker-archive", "docker-archive:{0}", "saved:1")]
    [InlineData("docker-archive", "oci-archive:{0}", "saved:1")]
    [InlineData("oci-archive", "oci-archive:{0}", "saved:1")]
    public void Skopeo_finds_the_same_configuration_and_layers(string format, string source, string name)
    {
        Load(name);
        string file = $"{house.Place}/{format}.tar";
        house.Do("save", "--format", format, "-o", file, name).Succeeded();
        string skopeo = Product.OfMachine("skopeo", "skopeo");
        string copy = $"{house.Place}/copy-{Guid.NewGuid():N}";

        RunningProgram.Run(skopeo, ["copy", "--quiet", "--insecure-policy", string.Format(null, source, file), $"dir:{copy}"]).Succeeded();

        using var manifest = JsonDocument.Parse(File.ReadAllText($"{copy}/manifest.json"));
        Assert.Equal(archive.ConfigDigest, manifest.RootElement.GetProperty("config").GetProperty("digest").GetString());
        using var config = JsonDocument.Parse(File.ReadAllText($"{copy}/{archive.ConfigDigest[7..]}"));
        string[] diffIds =
        [
            .. config.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(id => id.GetString()!),
        ];
        Assert.Equal(
            diffIds,
            manifest.RootElement.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("digest").GetString())
        );
        Directory.Delete(copy, recursive: true);
    }

    [Fact]
    public void Podman_loads_what_is_saved()
    {
        Load("saved:1");
        string podman = Product.OfMachine("podman", "podman");
        string storage = $"{house.Place}/podman";
        string options = $"{podman} --root {storage}/root --runroot {storage}/run --storage-driver vfs --events-backend file";

        CommandResult loaded = house.DoOnHost($"$CONEX save saved:1 | {options} load").Succeeded();

        Assert.Contains("saved:1", loaded.Output, StringComparison.Ordinal);
        Assert.Equal(archive.ConfigDigest[7..], house.DoOnHost($"{options} inspect -f '{{{{.Id}}}}' saved:1").Text);
        Assert.Equal(
            house.Ask("inspect", "-f", "{{json .RootFS.Layers}}", "saved:1"),
            house.DoOnHost($"{options} inspect -f '{{{{json .RootFS.Layers}}}}' saved:1").Text
        );
        house.DoOnHost($"{options} rmi -a -f").Succeeded();
        Directory.Delete(storage, recursive: true);
    }

    [Fact]
    public void A_file_appears_whole_or_not_at_all_and_a_terminal_gets_nothing()
    {
        string file = house.WriteFile("old.tar", "old");

        house.Do("save", "-o", file, "box", "nosuch").FailedWith(1, "No such image: nosuch:latest");
        Assert.Equal("old", File.ReadAllText(file));
        house.Do("save", "-o", house.Place, "box").FailedWith(1, "is a directory");
        house.Do("save", "-o", $"{house.Place}/none/a.tar", "box").FailedWith(1, $"{house.Place}/none/a.tar");
        house.Do("save", "--format", "zip", "box").FailedWith(1, "give docker-archive, oci-archive, oci-dir or docker-dir");
        Assert.Equal("400", Status("GET", "/images/get"));
        Assert.Equal("404", Status("GET", "/images/no/such/get"));
        house.Do("save", "-o", file, "box").Succeeded();
        Assert.Equal("600", house.DoOnHost($"stat -c %a {file}").Text);
        Assert.Empty(Directory.GetFiles(house.Place, "*.tmp"));

        var terminal = new TerminalSession(house, "$CONEX save box; echo code $?");
        terminal.WaitFor("cowardly refusing to save to a terminal");
        terminal.WaitFor("code 1");
        terminal.Type("exit\n");
        terminal.Finish();
    }

    [Fact]
    public void History_has_dockers_columns_and_forms()
    {
        house.DoOnHost($"$CONEX import -m 'made by a test' -c 'ENV A=b' {TestImages.BoxTar} told:1").Succeeded();
        string id = house.Ask("inspect", "-f", "{{.Id}}", "told:1");

        string[] lines = house.Do("history", "told:1").Succeeded().Lines;

        Assert.Equal(
            ["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"],
            lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        );
        Assert.Matches($"^{id[7..19]} +.* ago +[0-9.]+[kM]B +made by a test$", lines[1]);
        Assert.Equal(id, house.Ask("history", "-q", "--no-trunc", "told:1"));
        Assert.Equal(id[7..19], house.Ask("image", "history", "-q", "told:1"));
        Assert.Matches("^made by a test [0-9]+$", house.Ask("history", "-H=false", "--format", "{{.Comment}} {{.Size}}", "told:1"));
        Assert.Contains("\"Comment\":\"made by a test\"", house.Ask("history", "--format", "json", "told:1"), StringComparison.Ordinal);
        house.Do("history", "nosuch").FailedWith(1, "No such image: nosuch:latest");
    }

    private void Load(string name)
    {
        house.Prepare();
        house.Do("load", "-i", archive.Docker($"{house.Place}/in.tar", name)).Succeeded();
    }

    private CommandResult Docker(string docker, string line) => house.DoOnHost($"{docker} --host unix://{house.SocketPath} {line}");

    private string Status(string method, string path)
    {
        house.Do("version").Succeeded();
        return house
            .DoOnHost($"curl -s -o /dev/null -w '%{{http_code}}' --unix-socket {house.SocketPath} -X {method} 'http://c/v1.47{path}'")
            .Text;
    }
}
