using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Containers become images.</summary>
public class CommitTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose()
    {
        foreach (string image in house.Do("images", "-q", "--no-trunc", "committed").Succeeded().Lines.Where(id => id.Length > 0))
        {
            house.Do("rmi", "-f", image);
        }
        house.RequireClean();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_image_has_what_the_container_did_and_how_it_runs(bool running)
    {
        string id = Worked(running);

        string image = house.Ask("commit", "-a", "Someone", "-m", "as a test", "-c", "CMD cat /new", "-c", "ENV C=d", id, "committed:1");

        Assert.Equal(image, house.Ask("inspect", "-f", "{{.Id}}", "committed:1"));
        Assert.Equal("new", house.Ask("run", "--rm", "--network", "none", "committed:1"));
        Assert.Equal(
            "b d gone mine",
            house.Ask(
                "run",
                "--rm",
                "--network",
                "none",
                "committed:1",
                "sh",
                "-c",
                "echo $A $C $(test -e /bin/vi || echo gone) $(ls /data)"
            )
        );
        Assert.Equal("Someone as a test", house.Ask("inspect", "-f", "{{.Author}} {{.Comment}}", "committed:1"));
        Assert.Equal(3, house.Do("history", "-q", "committed:1").Succeeded().Lines.Length);
        // It loads elsewhere as the same image.
        string tar = $"{house.Place}/committed.tar";
        house.Do("save", "-o", tar, "committed:1").Succeeded();
        string[] names = house
            .DoOnHost($"for blob in $(tar -tf {tar} | grep blobs/sha256/.); do tar -xOf {tar} $blob | tar -tf - 2>/dev/null; done")
            .Text.Split('\n');
        Assert.Contains("bin/.wh.vi", names);
        Assert.Contains("data/.wh..wh..opq", names);
        Assert.DoesNotContain("etc/hosts", names);
        house.Do("rmi", "committed:1").Succeeded();
        Assert.Equal("Loaded image: committed:1", house.Ask("load", "-i", tar));
        Assert.Equal(image, house.Ask("inspect", "-f", "{{.Id}}", "committed:1"));
    }

    [Fact]
    public void A_directory_that_was_made_again_hides_what_the_image_had_in_it()
    {
        string id = Worked(running: false);

        Assert.Equal(
            ["A /data/mine", "A /end", "A /new", "C /bin", "C /data", "D /bin/vi", "D /data/one", "D /data/two"],
            house.Do("diff", id).Succeeded().Lines.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_same_files_are_the_same_layer_and_nothing_written_is_no_layer()
    {
        string id = Worked(running: false);
        house.Do("commit", id, "committed:1").Succeeded();
        house.Do("commit", "-p=false", id, "committed:2").Succeeded();

        Assert.Equal(
            house.Ask("inspect", "-f", "{{.RootFS.Layers}}", "committed:1"),
            house.Ask("inspect", "-f", "{{.RootFS.Layers}}", "committed:2")
        );
        string empty = house.Ask("create", "box");
        house.Do("commit", empty, "committed:3").Succeeded();
        Assert.Equal(
            house.Ask("inspect", "-f", "{{.RootFS.Layers}}", "box"),
            house.Ask("inspect", "-f", "{{.RootFS.Layers}}", "committed:3")
        );
    }

    [Fact]
    public void What_cannot_be_committed_is_one_sentence()
    {
        string id = house.Ask("create", "box");

        house.Do("commit", "nobody").FailedWith(1, "No such container: nobody");
        house.Do("commit", id, "Not/Valid").FailedWith(1, "invalid reference format");
        house.Do("commit", id, "sha256:1").FailedWith(1, "refusing to create an ambiguous tag using digest algorithm as name");
        house.Do("commit", id, new string('a', 64)).FailedWith(1, "cannot specify 64-byte hexadecimal strings");
        house.Do("commit", "-c", "RUN true", id).FailedWith(1, "RUN");
        Assert.Equal(
            "400",
            house.DoOnHost($"curl -s -o /dev/null -w '%{{http_code}}' --unix-socket {house.SocketPath} -X POST http://c/commit").Text
        );
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Docker_commits(string docker)
    {
        string id = Worked(running: true);

        string image = house
            .DoOnHost($"{docker} --host unix://{house.SocketPath} commit -m hi -c 'CMD [\"cat\",\"/new\"]' {id} committed:1")
            .Text;

        Assert.Equal(image, house.Ask("inspect", "-f", "{{.Id}}", "committed:1"));
        Assert.Equal("new", house.Ask("run", "--rm", "--network", "none", "committed:1"));
        house.Do("exec", id, "true").Succeeded();
    }

    private string Worked(bool running)
    {
        const string work = "echo new > /new; rm /bin/vi; rm -r /data; mkdir /data; touch /data/mine; echo end > /end";
        string first = house.RunScript("mkdir /data; echo 1 > /data/one; echo 2 > /data/two");
        house.Do("wait", first).Succeeded();
        house.Do("commit", first, "committed:base").Succeeded();
        string line = running ? $"{work}; sleep 1000000" : work;
        string id = house.Ask("run", "-d", "--network", "none", "-e", "A=b", "committed:base", "sh", "-c", line);
        if (running)
        {
            Eventually.True(() => house.Do("exec", id, "test", "-s", "/end").ExitCode == 0, "the container has done its work");
        }
        else
        {
            house.Do("wait", id).Succeeded();
        }
        return id;
    }
}
