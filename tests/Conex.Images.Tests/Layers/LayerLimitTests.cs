using Conex.Images.Archives;
using Conex.Images.Compression;
using Conex.Images.Layers;
using Conex.Images.Tests.Fixtures;
using Conex.Images.Tests.Registries;
using Conex.Images.Tests.Tar;

namespace Conex.Images.Tests.Layers;

/// <summary>A layer that is larger than the settings allow is refused while it comes, and leaves nothing.</summary>
public sealed class LayerLimitTests
{
    private const long Most = 4 << 20;
    private const string Sentence = "\"max-layer-size\" in conexd.json allows more";
    private static readonly ExpansionLimit Small = new(500, Most);
    private static readonly byte[] Large = new TarBuilder().File("a", new byte[3 << 20]).File("b", new byte[3 << 20]).ToArray();

    [Theory]
    [InlineData(LayerStorage.Mounted)]
    [InlineData(LayerStorage.Unpacked)]
    public void Of_an_endless_tar_no_more_than_the_limit_is_read(LayerStorage storage)
    {
        using var store = new TestStore(storage, Small);
        string[] before = store.Snapshot();
        using var endless = new EndlessTar();
        var refused = Assert.Throws<ImageArchiveException>(() =>
            store.Images.ImportAsync(endless, new ImportOptions(), TestContext.Current.CancellationToken).GetAwaiter().GetResult()
        );
        Assert.Contains(Sentence, refused.Message, StringComparison.Ordinal);
        Assert.InRange(endless.Count, 1, Most + (1 << 20));
        Assert.Equal(before, store.Snapshot());
    }

    [Fact]
    public void An_entry_that_announces_too_much_is_refused_before_its_content()
    {
        using var store = new TestStore(LayerStorage.Mounted, Small);
        byte[] beginning = [.. new RawHeader("huge", '0', 6_000_000_000).ToArray(), .. new byte[1 << 20]];
        Assert.Contains("an entry, huge, of 6000000000 bytes", Refused(store, beginning), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_layers_of_an_archive_and_of_a_registry_are_measured_as_they_expand()
    {
        using var house = new PullHouse(new TestStore(LayerStorage.Mounted, Small));
        byte[] zstd = TestImage.Zstd(Large);
        Assert.InRange(zstd.Length, 1, 100_000);
        var image = new TestImage(Large);
        var layout = new TarBuilder();
        byte[] archive = TestImage.Layout(layout, image.AddTo(layout, TestImage.Zstd));
        Assert.Contains(Sentence, house.Store.Refuse(archive), StringComparison.Ordinal);
        house.Registry.Offer(image, "1", TestImage.Zstd);
        Assert.Contains(Sentence, await house.RefuseAsync(), StringComparison.Ordinal);
        // What is small enough comes.
        house.Registry.Offer(TestImage.With("small"), "2", TestImage.Zstd);
        Assert.Single((await house.PullAsync("app:2")).Image.Layers);
    }

    private static string Refused(TestStore store, byte[] tar)
    {
        string[] before = store.Snapshot();
        string message = Assert.Throws<ImageArchiveException>(() => store.Import(tar)).Message;
        Assert.Equal(before, store.Snapshot());
        return message;
    }

    /// <summary>Small files without end.</summary>
    private sealed class EndlessTar : Stream
    {
        private static readonly byte[] Entry = new RawHeader("file", '0', 512).ToArray();

        internal long Count { get; private set; }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int at = (int)(Count % 1024);
            int n = Math.Min(count, 512 - (at % 512));
            if (at < 512)
            {
                Entry.AsSpan(at, n).CopyTo(buffer.AsSpan(offset));
            }
            else
            {
                buffer.AsSpan(offset, n).Clear();
            }
            Count += n;
            return n;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
