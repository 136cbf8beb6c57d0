using Conex.Images.Embedded;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;

namespace Conex.Images.Tests.Embedded;

public sealed class HelloImageTests
{
    private static readonly byte[] Program = "not really a program"u8.ToArray();

    [Fact]
    public void The_image_holds_the_program_and_little_else()
    {
        using var store = new TestStore();
        StoredImage image = HelloImage.Ensure(store.Images, Program, TestStore.NoUsers);
        Assert.Equal(image.Id, store.Images.Resolve("hello").Id);
        Assert.Equal(["/hello"], image.Config.Config!.Entrypoint!);
        string root = Assert.Single(store.Images.LayerDirectories(image));
        Assert.Equal(Program, File.ReadAllBytes(Path.Combine(root, "hello")));
        Assert.Equal(
            ["dev", "etc", "hello", "proc", "sys", "tmp"],
            Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.StartsWith("root:x:0:0:", File.ReadAllText(Path.Combine(root, "etc/passwd")), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_programs_make_equal_images()
    {
        using var one = new TestStore();
        using var other = new TestStore();
        Assert.Equal(
            HelloImage.Ensure(one.Images, Program, TestStore.NoUsers).Id,
            HelloImage.Ensure(other.Images, Program, TestStore.NoUsers).Id
        );
    }

    [Fact]
    public void It_is_registered_once_and_replaced_with_its_program()
    {
        using var store = new TestStore();
        StoredImage first = HelloImage.Ensure(store.Images, Program, TestStore.NoUsers);
        Assert.Equal(first.RegisteredAt, HelloImage.Ensure(store.Images, Program, TestStore.NoUsers).RegisteredAt);
        StoredImage second = HelloImage.Ensure(store.Images, "new"u8.ToArray(), TestStore.NoUsers);
        Assert.Equal(second.Id, Assert.Single(store.Images.List()).Id);
    }

    [Fact]
    public void A_former_image_that_a_container_uses_stays()
    {
        using var store = new TestStore();
        StoredImage first = HelloImage.Ensure(store.Images, Program, TestStore.NoUsers);
        HelloImage.Ensure(store.Images, "new"u8.ToArray(), id => id == first.Id ? [new ImageUser("c", false)] : []);
        Assert.NotNull(store.Images.FindById(first.Id));
    }

    [Fact]
    public void An_image_of_somebody_else_keeps_the_name()
    {
        using var store = new TestStore();
        Digest id = store.Load(TestImage.DockerArchive((TestImage.With("mine"), ["hello:latest"])))[0].Image.Id;
        Assert.Equal(id, HelloImage.Ensure(store.Images, Program, TestStore.NoUsers).Id);
    }
}
