using Conex.Images.Content;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;

namespace Conex.Images.Tests.Content;

public sealed class ContentStoreTests
{
    private static readonly byte[] Bytes = "some content"u8.ToArray();
    private static readonly Digest Name = TestImage.DigestOf(Bytes);

    [Fact]
    public void A_blob_is_found_under_its_digest()
    {
        using var scratch = new ScratchDirectory();
        ContentStore store = ContentStore.Open(scratch.Path);
        Assert.Equal(Name, store.Write(Bytes));
        Assert.True(store.Contains(Name));
        Assert.Equal(Bytes, store.Read(Name));
        Assert.Equal([Name], store.List());
        using Stream stream = store.Open(Name);
        Assert.Equal(Bytes.Length, stream.Length);
        store.Delete(Name);
        store.Delete(Name);
        Assert.False(store.Contains(Name));
        Assert.Throws<BlobException>(() => store.Read(Name));
        Assert.Throws<BlobException>(() => store.Open(Name));
    }

    [Fact]
    public void A_blob_that_is_something_else_is_not_kept()
    {
        using var scratch = new ScratchDirectory();
        ContentStore store = ContentStore.Open(scratch.Path);
        using (BlobWriter writer = store.Begin())
        {
            writer.Write("other"u8);
            Assert.Contains("is damaged", Assert.Throws<BlobException>(() => store.Commit(writer, Name)).Message, StringComparison.Ordinal);
        }
        using (BlobWriter writer = store.Begin())
        {
            writer.Write(Bytes);
            Assert.Contains(
                "instead of 3",
                Assert.Throws<BlobException>(() => store.Commit(writer, Name, 3)).Message,
                StringComparison.Ordinal
            );
        }
        Assert.Empty(store.List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch["tmp"]));
    }

    [Fact]
    public void A_blob_damaged_on_the_disk_is_noticed()
    {
        using var scratch = new ScratchDirectory();
        ContentStore store = ContentStore.Open(scratch.Path);
        store.Write(Bytes);
        File.WriteAllText(scratch[$"content/blobs/sha256/{Name.Hex}"], "same length!");
        Assert.Contains("damaged on the disk", Assert.Throws<BlobException>(() => store.Read(Name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leftovers_are_removed_at_start()
    {
        using var scratch = new ScratchDirectory();
        ContentStore.Open(scratch.Path).Begin().Write(Bytes);
        Directory.CreateDirectory(scratch["tmp/some/thing"]);
        ContentStore.Open(scratch.Path);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch["tmp"]));
    }

    [Fact]
    public void A_digest_of_another_algorithm_is_refused()
    {
        using var scratch = new ScratchDirectory();
        ContentStore store = ContentStore.Open(scratch.Path);
        Digest digest = Digest.Parse("sha512:" + new string('0', 128));
        Assert.False(store.Contains(digest));
        Assert.Throws<BlobException>(() => store.Read(digest));
    }
}
