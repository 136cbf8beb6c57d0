using Conex.Images.Tests.Fixtures;
using Conex.Oci;

namespace Conex.Images.Tests;

public sealed class ImageRemovalTests
{
    private const string Container = "0123456789abcdef0123456789abcdef";
    private static readonly byte[] Base = new TarBuilder().File("base").ToArray();
    private static readonly byte[] Top = new TarBuilder().File("top").ToArray();

    [Fact]
    public void The_last_name_takes_the_image_and_its_layers_along()
    {
        using var store = new TestStore();
        string[] empty = store.Snapshot();
        Digest id = store.Load(TestImage.DockerArchive((new TestImage(Base, Top), ["a:1"])))[0].Image.Id;
        Digest baseChain = TestImage.DigestOf(Base);
        Digest topChain = TestImage.DigestOf(System.Text.Encoding.ASCII.GetBytes($"{baseChain} {TestImage.DigestOf(Top)}"));
        Assert.Equal(
            [
                new ImageRemoval("a:1", null),
                new ImageRemoval(null, id.ToString()),
                new ImageRemoval(null, topChain.ToString()),
                new ImageRemoval(null, baseChain.ToString()),
            ],
            store.Remove("a:1")
        );
        Assert.Equal(empty, store.Snapshot());
        Assert.Throws<ImageNotFoundException>(() => store.Remove("a:1"));
    }

    [Fact]
    public void A_name_among_several_is_only_untagged()
    {
        using var store = new TestStore();
        store.Load(TestImage.DockerArchive((new TestImage(Base), ["a:1", "a:2"])));
        Assert.Equal([new ImageRemoval("a:1", null)], store.Remove("a:1"));
        Assert.Single(store.Images.List());
    }

    [Fact]
    public void Layers_that_another_image_has_stay()
    {
        using var store = new TestStore();
        store.Load(TestImage.DockerArchive((new TestImage(Base), ["a:1"]), (new TestImage(Base, Top), ["b:1"])));
        Assert.Equal(3, store.Remove("b:1").Count);
        Assert.Equal("content", store.Read(store.Images.Resolve("a:1"), "base"));
    }

    [Fact]
    public void An_ID_removes_all_names_of_one_repository_and_no_others()
    {
        using var store = new TestStore();
        Digest id = store.Load(TestImage.DockerArchive((new TestImage(Base), ["a:1", "a:2", "b:1"])))[0].Image.Id;
        Assert.Equal(
            $"conflict: unable to delete {id.Short} (must be forced) - image is referenced in multiple repositories",
            Assert.Throws<ImageConflictException>(() => store.Remove(id.Short)).Message
        );
        store.Remove("b:1");
        Assert.Equal(["a:1", "a:2", null, null], store.Remove(id.Short).Select(removal => removal.Untagged));
    }

    [Fact]
    public void Force_removes_an_ID_with_names_of_many_repositories()
    {
        using var store = new TestStore();
        Digest id = store.Load(TestImage.DockerArchive((new TestImage(Base), ["a:1", "b:1"])))[0].Image.Id;
        Assert.Equal(4, store.Remove(id.ToString(), force: true).Count);
        Assert.Empty(store.Images.List());
    }

    [Fact]
    public void An_image_that_containers_use_is_protected_as_docker_does()
    {
        using var store = new TestStore();
        Digest id = store.Load(TestImage.DockerArchive((new TestImage(Base), ["a:1"])))[0].Image.Id;
        Assert.Equal(
            $"conflict: unable to remove repository reference \"a:1\" (must force) - container 0123456789ab is using its referenced image {id.Short}",
            Assert.Throws<ImageConflictException>(() => store.Images.Remove("a:1", false, Used(running: false))).Message
        );
        Assert.Equal(
            $"conflict: unable to delete {id.Short} (must be forced) - image is being used by stopped container 0123456789ab",
            Assert.Throws<ImageConflictException>(() => store.Images.Remove(id.Short, false, Used(running: false))).Message
        );
        Assert.Equal(
            $"conflict: unable to delete {id.Short} (cannot be forced) - image is being used by running container 0123456789ab",
            Assert.Throws<ImageConflictException>(() => store.Images.Remove(id.Short, true, Used(running: true))).Message
        );
        Assert.Equal(id, store.Images.Resolve("a:1").Id);
    }

    [Fact]
    public void Force_takes_the_name_of_a_running_containers_image_and_nothing_else()
    {
        using var store = new TestStore();
        Digest id = store.Load(TestImage.DockerArchive((new TestImage(Base), ["a:1"])))[0].Image.Id;
        Assert.Equal([new ImageRemoval("a:1", null)], store.Images.Remove("a:1", true, Used(running: true)));
        Assert.Empty(Assert.Single(store.Images.List()).Tags);
        Assert.Equal(id, store.Images.Resolve(id.Short).Id);
    }

    [Fact]
    public void The_layers_of_a_stopped_container_outlive_the_forced_removal()
    {
        using var store = new TestStore();
        string[] empty = store.Snapshot();
        StoredImage image = store.Load(TestImage.DockerArchive((new TestImage(Base), ["a:1"])))[0].Image;
        Assert.Contains(new ImageRemoval(null, image.Id.ToString()), store.Images.Remove("a:1", true, Used(running: false)));
        Assert.Empty(store.Images.List());
        Assert.Null(store.Images.Find(image.Id.ToString()));
        store.Reopen();
        store.Images.ReleaseRemoved(id => id == image.Id);
        Assert.Equal("content", store.Read(store.Images.FindById(image.Id)!, "base"));
        store.Images.ReleaseRemoved(_ => false);
        Assert.Equal(empty, store.Snapshot());
    }

    [Fact]
    public void A_removed_image_that_is_loaded_again_is_there_again()
    {
        using var store = new TestStore();
        byte[] archive = TestImage.DockerArchive((new TestImage(Base), ["a:1"]));
        store.Load(archive);
        store.Images.Remove("a:1", true, Used(running: false));
        store.Load(archive);
        store.Images.ReleaseRemoved(_ => false);
        Assert.Equal("content", store.Read(store.Images.Resolve("a:1"), "base"));
    }

    private static Func<Digest, IReadOnlyList<ImageUser>> Used(bool running) => _ => [new ImageUser(Container, running)];
}
