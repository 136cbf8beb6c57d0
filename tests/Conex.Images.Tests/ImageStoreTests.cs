using Conex.Images.Archives;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Tests;

public sealed class ImageStoreTests
{
    [Fact]
    public void An_image_is_found_by_every_form_of_its_name_and_ID()
    {
        using var store = new TestStore();
        Digest id = store.Load(TestImage.DockerArchive((TestImage.With("x"), ["web:latest", "example.org:5000/team/web:2"])))[0].Image.Id;
        foreach (
            string name in (string[])
                [
                    "web",
                    "web:latest",
                    "library/web",
                    "docker.io/library/web:latest",
                    "example.org:5000/team/web:2",
                    id.ToString(),
                    id.Hex,
                    id.Short,
                    "sha256:" + id.Short,
                    id.Hex[..3],
                ]
        )
        {
            Assert.Equal(id, store.Images.Resolve(name).Id);
        }
    }

    [Theory]
    [InlineData("nosuch", "No such image: nosuch:latest")]
    [InlineData("example.org/a:1", "No such image: example.org/a:1")]
    [InlineData(
        "sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "No such image: sha256:0000000000000000000000000000000000000000000000000000000000000000"
    )]
    public void A_missing_image_is_named_as_docker_names_it(string name, string message)
    {
        using var store = new TestStore();
        Assert.Equal(message, Assert.Throws<ImageNotFoundException>(() => store.Images.Resolve(name)).Message);
        Assert.Null(store.Images.Find(name));
    }

    [Fact]
    public void What_can_be_no_name_is_a_format_error()
    {
        using var store = new TestStore();
        Assert.Throws<FormatException>(() => store.Images.Find("UPPER CASE"));
    }

    [Fact]
    public void An_ambiguous_beginning_of_an_ID_is_an_error()
    {
        using var store = new TestStore();
        // 17 images: two of them begin with the same digit.
        string[] ids =
        [
            .. Enumerable
                .Range(0, 17)
                .Select(i => store.Load(TestImage.DockerArchive((TestImage.With($"{i}"), []))))
                .Select(loaded => loaded[0].Image.Id.Hex),
        ];
        string digit = ids.GroupBy(id => id[..1], StringComparer.Ordinal).First(group => group.Count() > 1).Key;
        Assert.Contains(
            "ambiguous",
            Assert.Throws<ImageNotFoundException>(() => store.Images.Resolve(digit)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"id\":null,\"manifest\":null,\"layers\":null,\"registeredAt\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"id\":\"sha256:12\",\"manifest\":\"x\",\"layers\":[null],\"registeredAt\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("not JSON")]
    public void A_damaged_record_hides_one_image_and_deletes_nothing(string text)
    {
        using var store = new TestStore();
        StoredImage image = store.Load(TestImage.DockerArchive((TestImage.With("x"), ["a:1"])))[0].Image;
        File.WriteAllText(Path.Combine(store.Data, "images", "damaged.json"), text);
        store.Reopen();
        Assert.Equal(image.Id, Assert.Single(store.Images.List()).Id);
        Assert.True(File.Exists(Path.Combine(store.Data, "images", "damaged.json")));
    }

    [Fact]
    public void Images_and_names_are_there_after_a_restart()
    {
        using var store = new TestStore();
        StoredImage image = store.Load(TestImage.DockerArchive((TestImage.With("x"), ["a:1"])))[0].Image;
        store.Images.Tag(image.Id, ImageReference.Parse("b"));
        string[] before = store.Snapshot();
        store.Reopen();
        StoredImage found = Assert.Single(store.Images.List());
        Assert.Equal(["a:1", "b:latest"], found.Tags.Select(tag => tag.Familiar));
        Assert.Equal((image.Id, image.Manifest, image.Size), (found.Id, found.Manifest, found.Size));
        Assert.Equal(image.RegisteredAt, found.RegisteredAt);
        Assert.Equal(before, store.Snapshot());
    }

    [Fact]
    public void A_tag_with_a_digest_is_refused()
    {
        using var store = new TestStore();
        Digest id = store.Load(TestImage.DockerArchive((TestImage.With("x"), [])))[0].Image.Id;
        Assert.Throws<FormatException>(() => store.Images.Tag(id, ImageReference.Parse($"a@{id}")));
        Assert.Throws<ImageNotFoundException>(() => store.Images.Tag(TestImage.DigestOf([]), ImageReference.Parse("a")));
    }

    [Theory]
    [InlineData("sha256:1")]
    [InlineData("docker.io/library/sha256")]
    public async Task A_name_that_could_be_taken_for_an_ID_is_refused_wherever_names_are_given(string name)
    {
        const string sentence = "refusing to create an ambiguous tag using digest algorithm as name";
        using var store = new TestStore();
        TestImage made = TestImage.With("x");
        StoredImage image = store.Load(TestImage.DockerArchive((made, ["x:1"])))[0].Image;
        var reference = ImageReference.Parse(name);

        Assert.Equal(sentence, Assert.Throws<FormatException>(() => store.Images.Tag(image.Id, reference)).Message);
        Assert.EndsWith(sentence, store.Refuse(TestImage.DockerArchive((made, [name]))), StringComparison.Ordinal);
        Assert.Equal(
            sentence,
            Assert
                .Throws<ImageArchiveException>(() => store.Import(new TarBuilder().File("a").ToArray(), new() { Reference = reference }))
                .Message
        );
        using (DirectoryHandle upper = PathAt.OpenDirectory(store.Data))
        {
            var options = new CommitOptions
            {
                Parent = image,
                Execution = new(),
                Reference = reference,
            };
            Task commit = ContainerCommit.RunAsync(store.Images, upper, _ => false, options, TestContext.Current.CancellationToken);
            Assert.Equal(sentence, (await Assert.ThrowsAsync<ImageArchiveException>(() => commit)).Message);
        }
        Assert.Equal(["x:1"], Assert.Single(store.Images.List()).Tags.Select(tag => tag.Familiar));
        // A registry of one's own may have one.
        store.Images.Tag(image.Id, ImageReference.Parse("registry.example/sha256:1"));
    }

    [Fact]
    public void The_images_of_unfinished_and_foreign_files_are_swept_at_start()
    {
        using var store = new TestStore();
        StoredImage image = store.Load(TestImage.DockerArchive((TestImage.With("x"), ["a:1"])))[0].Image;
        string[] before = store.Snapshot();
        string hex = new('a', 64);
        Directory.CreateDirectory(Path.Combine(store.Data, "layers/sha256/.unpack-7/fs/deep"));
        Directory.CreateDirectory(Path.Combine(store.Data, "layers/sha256/.removed-1/fs"));
        Directory.CreateDirectory(Path.Combine(store.Data, "layers/sha256", hex, "fs"));
        File.WriteAllText(Path.Combine(store.Data, "content/blobs/sha256", hex), "unused");
        File.WriteAllText(Path.Combine(store.Data, "images", ".x.json.tmp"), "{");
        File.WriteAllText(Path.Combine(store.Data, "images/tags", ".x.json.tmp"), "{");
        File.WriteAllText(Path.Combine(store.Data, "tmp/blob-1"), "half");
        store.Reopen();
        Assert.Equal(before, store.Snapshot());
        Assert.Equal("x", store.Read(store.Images.FindById(image.Id)!, "file"));
    }

    [Fact]
    public void Names_that_were_cut_off_are_given_at_the_next_start()
    {
        using var store = new TestStore();
        StoredImage image = store.Load(TestImage.DockerArchive((TestImage.With("x"), [])))[0].Image;
        string record = Path.Combine(store.Data, "images", image.Id.Hex + ".json");
        string text = File.ReadAllText(record);
        Assert.Contains("\"pendingTags\": []", text, StringComparison.Ordinal);
        File.WriteAllText(
            record,
            text.Replace("\"pendingTags\": []", "\"pendingTags\": [\"docker.io/library/a:1\"]", StringComparison.Ordinal)
        );
        store.Reopen();
        Assert.Equal(image.Id, store.Images.Resolve("a:1").Id);
        store.Load(TestImage.DockerArchive((TestImage.With("y"), ["a:1"])));
        store.Reopen();
        Assert.NotEqual(image.Id, store.Images.Resolve("a:1").Id);
    }

    [Fact]
    public void While_a_record_cannot_be_read_nothing_is_swept()
    {
        using var store = new TestStore();
        StoredImage image = store.Load(TestImage.DockerArchive((TestImage.With("x"), ["a:1"])))[0].Image;
        File.WriteAllText(Path.Combine(store.Data, "images", image.Id.Hex + ".json"), "damaged");
        store.Reopen();
        Assert.Empty(store.Images.List());
        Assert.Equal("x", store.Read(image, "file"));
    }

    [Fact]
    public async Task Loads_and_removals_at_the_same_time_leave_whole_images()
    {
        using var store = new TestStore();
        byte[] shared = new TarBuilder().File("shared", "shared").ToArray();
        string[] empty = store.Snapshot();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 40),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (i, cancellation) =>
            {
                var image = new TestImage(shared, new TarBuilder().File("own", $"{i % 5}").ToArray());
                using var stream = new MemoryStream(TestImage.DockerArchive((image, [$"x:{i}"])));
                await store.Images.LoadAsync(stream, cancellationToken: cancellation);
                StoredImage found = store.Images.Resolve($"x:{i}");
                Assert.Equal("shared", store.Read(found, "shared"));
                store.Remove($"x:{i}");
            }
        );
        Assert.Equal(empty, store.Snapshot());
    }
}
