using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Images come in, are listed, run and go.</summary>
public sealed class ImageTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly ImageArchive archive = new($"mark {Guid.NewGuid():N}");

    public void Dispose()
    {
        archive.Dispose();
        house.RequireClean();
    }

    [Theory]
    [InlineData("docker", "cat")]
    [InlineData("oci", "cat")]
    [InlineData("docker", "gzip -c")]
    [InlineData("oci", "zstd -q -c")]
    public void An_archive_is_loaded_from_a_file_and_from_standard_input(string format, string compress)
    {
        house.Prepare();
        string tar = Archive(format, "loaded:1");
        house.DoOnHost($"{compress} {tar} > packed.tar").Succeeded();

        Assert.Equal("Loaded image: loaded:1", house.Ask("load", "-i", $"{house.Place}/packed.tar"));
        string id = house.Ask("images", "-q", "--no-trunc", "loaded");
        Assert.Equal(archive.ConfigDigest, id);
        Check("loaded:1");
        house.Do("rmi", "loaded:1").Succeeded();

        Assert.Equal("Loaded image: loaded:1", house.DoOnHost("$CONEX load < packed.tar").Text);
        Check("loaded:1");
        house.Do("rmi", "loaded:1").Succeeded();
        Assert.Empty(house.Ask("images", "-q", "loaded"));
    }

    [Fact]
    public void Both_formats_of_an_image_are_one_image()
    {
        house.Prepare();
        house.Do("load", "-i", Archive("docker", "one:docker")).Succeeded();
        house.Do("load", "-i", Archive("oci", "one:oci")).Succeeded();

        Assert.Equal(archive.ConfigDigest, house.Ask("inspect", "-f", "{{.Id}}", "one:oci"));
        Assert.Equal("[one:docker one:oci]", house.Ask("inspect", "-f", "{{.RepoTags}}", archive.ConfigDigest));
        Assert.Contains("Untagged: one:docker", house.Ask("rmi", "one:docker"), StringComparison.Ordinal);
        Check("one:oci");
        Assert.Contains($"Deleted: {archive.ConfigDigest}", house.Ask("rmi", "one:oci"), StringComparison.Ordinal);
    }

    [Fact]
    public void Import_makes_an_image_of_a_tar_and_prints_its_id()
    {
        string id = house.DoOnHost($"gzip -c {TestImages.BoxTar} | $CONEX import -c 'ENV A=b' -m 'by test' - imported:2").Text;

        Assert.Matches("^sha256:[0-9a-f]{64}$", id);
        Assert.Equal(id, house.Ask("inspect", "-f", "{{.Id}}", "imported:2"));
        Assert.Equal("b", house.Ask("run", "--rm", "--network", "none", "imported:2", "sh", "-c", "echo $A"));
        house.Do("rmi", "imported:2").Succeeded();
    }

    [Fact]
    public void Images_has_dockers_columns_and_filters()
    {
        house.Prepare();
        house.Do("load", "-i", Archive("docker", "listed:1")).Succeeded();

        string[] lines = house.Do("images").Succeeded().Lines;

        Assert.Equal(
            ["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"],
            lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        );
        Assert.Contains(
            lines,
            l => System.Text.RegularExpressions.Regex.IsMatch(l, $"^listed +1 +{archive.ConfigDigest[7..19]} +.* ago +[0-9.]+[kM]B$")
        );
        Assert.Equal("listed:1", house.Ask("images", "-f", "reference=listed", "--format", "{{.Repository}}:{{.Tag}}"));
        Assert.StartsWith("mark", house.Ask("inspect", "-f", "{{index .Config.Labels \"mark\"}}", "listed:1"), StringComparison.Ordinal);
        house.Do("rmi", "listed:1").Succeeded();
    }

    [Fact]
    public void An_image_that_a_container_needs_is_not_removed_unless_forced()
    {
        house.Prepare();
        house.Do("load", "-i", Archive("docker", "needed:1")).Succeeded();
        string id = house.Ask("run", "-d", "--network", "none", "needed:1", "sleep", "1000000");

        house.Do("rmi", archive.ConfigDigest).FailedWith(1, $"image is being used by running container {id[..12]}");
        house.Do("rmi", "needed:1").FailedWith(1, $"container {id[..12]} is using its referenced image");
        house.Do("rmi", "-f", "needed:1").Succeeded();

        Assert.Empty(house.Ask("images", "-q", "needed"));
        Assert.StartsWith("mark", house.Ask("exec", id, "cat", "/mark"), StringComparison.Ordinal);
        house.Do("rm", "-f", id).Succeeded();
    }

    [Fact]
    public void Removed_images_leave_nothing_in_the_store()
    {
        using var alone = new EngineHouse(withBox: false);
        alone.Prepare();
        alone.Do("rmi", "hello").Succeeded();
        alone.Do("load", "-i", archive.Docker($"{alone.Place}/a.tar", "a:1")).Succeeded();
        alone.Do("run", "--rm", "--network", "none", "a:1", "true").Succeeded();

        alone.Do("rmi", "a:1").Succeeded();

        Assert.Empty(Stored(alone));
    }

    [Fact]
    public void A_tar_that_is_none_and_one_that_ends_early_are_one_sentence_and_leave_nothing()
    {
        using var alone = new EngineHouse(withBox: false);
        alone.Prepare();
        alone.Do("rmi", "hello").Succeeded();
        string whole = archive.Docker($"{alone.Place}/whole.tar", "broken:1");
        string text = alone.WriteFile("text.tar", "this is no tar archive, however long one reads it, it stays text\n");
        string cut = $"{alone.Place}/cut.tar";
        alone
            .DoOnHost($"head -c $(($(stat -c %s {whole}) * 2 / 3 )) {whole} > {cut}; gzip -c {whole} | head -c 500000 > {cut}.gz")
            .Succeeded();

        foreach (string bad in (string[])[text, cut, $"{cut}.gz"])
        {
            FailsWithOneSentence(alone.Do("load", "-i", bad));
            FailsWithOneSentence(alone.DoOnHost($"$CONEX load < {bad}"));
        }
        FailsWithOneSentence(alone.Do("import", text, "broken:2"));
        FailsWithOneSentence(alone.Do("load", "-i", $"{alone.Place}/missing.tar"));
        FailsWithOneSentence(alone.DoOnHost("$CONEX load < /dev/null"));

        Assert.Empty(Stored(alone));
        Assert.Empty(alone.Ask("images", "-q"));
    }

    [Fact]
    public void A_blob_that_does_not_match_its_digest_is_named()
    {
        using var alone = new EngineHouse(withBox: false);
        alone.Prepare();
        alone.Do("rmi", "hello").Succeeded();
        string tar = archive.Oci(
            $"{alone.Place}/bad.tar",
            "bad:1",
            spoil: bytes => ImageArchive.Gzip([.. ImageArchive.Layer(("other", "content")), .. new byte[bytes.Length % 512]])
        );

        CommandResult result = alone.Do("load", "-i", tar);

        FailsWithOneSentence(result);
        Assert.Contains("sha256:", result.Error, StringComparison.Ordinal);
        Assert.Empty(Stored(alone));
    }

    [Fact]
    public void Rmi_of_nothing_is_one_sentence() => house.Do("rmi", "nothing").FailedWith(1, "No such image: nothing");

    [Fact]
    public void Many_loads_of_one_image_at_once_give_one_image()
    {
        house.Prepare();
        string tar = Archive("docker", "parallel:1");

        CommandResult[] results =
        [
            .. Enumerable.Range(0, 6).AsParallel().WithDegreeOfParallelism(6).Select(_ => house.Do("load", "-q", "-i", tar)),
        ];

        Assert.All(results, r => r.Succeeded());
        Check("parallel:1");
        house.Do("rmi", "parallel:1").Succeeded();
    }

    private static void FailsWithOneSentence(CommandResult result)
    {
        Assert.Equal(1, result.ExitCode);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
    }

    /// <summary>All that the store holds of images.</summary>
    private static IEnumerable<string> Stored(EngineHouse house) =>
        house.Stored("content/blobs/sha256", "layers/sha256", "images/tags", "tmp").Concat(Directory.GetFiles($"{house.DataRoot}/images"));

    private string Archive(string format, string tag) =>
        format == "oci" ? archive.Oci($"{house.Place}/{format}.tar", tag) : archive.Docker($"{house.Place}/{format}.tar", tag);

    private void Check(string image)
    {
        Assert.StartsWith("mark ", house.Ask("run", "--rm", "--network", "none", image), StringComparison.Ordinal);
        Assert.Equal("root:x:0:", house.Ask("run", "--rm", "--network", "none", image, "sh", "-c", "cat /etc/group; test ! -e /bin/vi"));
    }
}
