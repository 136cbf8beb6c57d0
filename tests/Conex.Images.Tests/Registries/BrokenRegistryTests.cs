using System.Security.Cryptography;
using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;

namespace Conex.Images.Tests.Registries;

public sealed class BrokenRegistryTests : IDisposable
{
    private readonly PullHouse house = new();
    private readonly TestImage image = new(new TarBuilder().File("file", RandomNumberGenerator.GetBytes(300_000)).ToArray());
    private readonly byte[] blob;
    private readonly Digest digest;

    public BrokenRegistryTests()
    {
        blob = TestImage.Gzip(image.Layers[0]);
        digest = TestImage.DigestOf(blob);
        house.Registry.Offer(image, "1");
    }

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task A_layer_that_is_cut_goes_on_where_it_broke()
    {
        OnBlob(visit => visit == 0 ? new FakeAnswer(200, blob) { CutAfter = 100_000 } : null);

        Assert.Equal(image.Id, (await house.PullAsync()).Image.Id);

        FakeRequest[] reads = [.. house.Registry.BlobReads(digest)];
        Assert.Equal(2, reads.Length);
        Assert.False(reads[0].Headers.ContainsKey("range"));
        Assert.Equal("bytes=100000-", reads[1].Headers["range"]);
    }

    [Fact]
    public async Task A_registry_without_ranges_sends_it_all_again()
    {
        OnBlob(visit => new FakeAnswer(200, blob) { CutAfter = visit == 0 ? 100_000 : blob.Length });

        Assert.Equal(image.Id, (await house.PullAsync()).Image.Id);
        Assert.Equal(2, house.Registry.BlobReads(digest).Count());
    }

    [Fact]
    public async Task A_registry_that_stops_sending_counts_as_broken()
    {
        house.Settings = house.Settings with { Stall = TimeSpan.FromSeconds(3) };
        OnBlob(visit => visit == 0 ? new FakeAnswer(200, blob) { CutAfter = 50_000, Hangs = true } : null);

        Assert.Equal(image.Id, (await house.PullAsync()).Image.Id);
        Assert.Equal("bytes=50000-", house.Registry.BlobReads(digest).ElementAt(1).Headers["range"]);
    }

    [Fact]
    public async Task A_connection_that_always_breaks_ends_with_a_sentence_and_keeps_what_came()
    {
        OnBlob(visit => visit == 0 ? new FakeAnswer(200, blob) { CutAfter = 100_000 } : new FakeAnswer(200, blob) { CutAfter = 0 });

        Assert.Contains($"breaks after 100000 of {blob.Length} bytes", await house.RefuseAsync(), StringComparison.Ordinal);
        Assert.Equal(100_000, new FileInfo(Path.Combine(house.Ingest, digest.Hex)).Length);
    }

    [Fact]
    public async Task A_cancelled_pull_leaves_the_beginning_and_the_next_goes_on_there_even_after_a_restart()
    {
        using var cancel = new CancellationTokenSource();
        OnBlob(_ => new FakeAnswer(200, blob) { CutAfter = 120_000, Hangs = true });
        string[] before = house.Store.Snapshot();
        Task<PulledImage> pull = house.PullAsync(cancellationToken: cancel.Token);
        await WaitForPartAsync(120_000);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        Assert.Equal(before, house.Store.Snapshot());

        house.Store.Reopen();
        OnBlob(_ => null);
        using var client = new ImageRegistry(house.Store.Images, house.Settings);
        PulledImage pulled = await client.PullAsync(
            house.Registry.Reference("app:1"),
            new PullOptions(),
            _ => { },
            TestContext.Current.CancellationToken
        );

        Assert.Equal(image.Id, pulled.Image.Id);
        Assert.Equal("bytes=120000-", house.Registry.BlobReads(digest).Last().Headers["range"]);
    }

    [Fact]
    public async Task A_beginning_that_is_damaged_is_thrown_away()
    {
        _ = house.Client;
        File.WriteAllBytes(Path.Combine(house.Ingest, digest.Hex), RandomNumberGenerator.GetBytes(5000));

        Assert.Equal(image.Id, (await house.PullAsync()).Image.Id);
        Assert.False(house.Registry.BlobReads(digest).Last().Headers.ContainsKey("range"));
    }

    [Fact]
    public async Task Other_content_than_the_digest_says_is_refused()
    {
        byte[] other = [.. blob];
        other[^20] ^= 1;
        OnBlob(_ => new FakeAnswer(200, other));

        Assert.Contains($"the layer {digest} is damaged", await house.RefuseAsync(), StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(Path.Combine(house.Ingest, digest.Hex)).Length);
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task Another_size_than_the_manifest_says_is_refused(int difference)
    {
        byte[] other = new byte[blob.Length + difference];
        blob.AsSpan(0, Math.Min(blob.Length, other.Length)).CopyTo(other);
        OnBlob(_ => new FakeAnswer(200, other));

        Assert.Contains($"has {other.Length} bytes instead of {blob.Length}", await house.RefuseAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task What_fails_twice_and_then_works_works(int status)
    {
        int failures = 0;
        house.Registry.Interfere = request =>
            request.Path.StartsWith("/v2/app/", StringComparison.Ordinal) && Interlocked.Increment(ref failures) % 3 != 0
                ? new FakeAnswer(status)
                : null;

        Assert.Equal(image.Id, (await house.PullAsync()).Image.Id);
    }

    [Theory]
    [InlineData("/manifests/", 429, false)]
    [InlineData("/manifests/", 503, true)]
    [InlineData("/blobs/", 429, true)]
    public async Task Too_many_requests_waits_as_long_as_asked(string where, int status, bool untilADate)
    {
        var times = new List<DateTime>();
        house.Registry.Interfere = request =>
        {
            if (!request.Path.Contains(where, StringComparison.Ordinal))
            {
                return null;
            }
            times.Add(DateTime.UtcNow);
            // A date has whole seconds: it is one to two from now.
            string wait = untilADate ? DateTimeOffset.UtcNow.AddSeconds(2).ToString("R") : "1";
            return times.Count == 1 ? new FakeAnswer(status) { Headers = { ["Retry-After"] = wait } } : null;
        };

        await house.PullAsync();

        Assert.True(times[1] - times[0] >= TimeSpan.FromMilliseconds(950), $"{times[1] - times[0]}");
    }

    [Fact]
    public async Task A_registry_that_asks_for_hours_is_not_waited_for()
    {
        house.Registry.Interfere = request => new FakeAnswer(429) { Headers = { ["Retry-After"] = "7200" } };

        Assert.Contains("429", await house.RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_pulls_of_one_layer_download_it_once()
    {
        using var gate = new SemaphoreSlim(0);
        OnBlob(_ =>
        {
            gate.Wait(TimeSpan.FromSeconds(20));
            return null;
        });
        house.Registry.Offer(image, "2");
        Task<PulledImage> first = house.PullAsync("app:1");
        Task<PulledImage> second = house.PullAsync("other:2");
        await WaitForTwoThatWantTheLayerAsync();
        gate.Release(10);

        Assert.Equal((await first).Image.Id, (await second).Image.Id);
        Assert.Single(house.Registry.BlobReads(digest));
    }

    [Fact]
    public async Task Who_gives_up_does_not_end_the_download_of_the_other()
    {
        using var cancel = new CancellationTokenSource();
        using var gate = new SemaphoreSlim(0);
        OnBlob(_ =>
        {
            gate.Wait(TimeSpan.FromSeconds(20));
            return null;
        });
        Task<PulledImage> first = house.PullAsync("app:1", cancellationToken: cancel.Token);
        SpinWait.SpinUntil(() => house.Registry.BlobReads(digest).Any(), 20_000);
        Task<PulledImage> second = house.PullAsync("other:1");
        await WaitForTwoThatWantTheLayerAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Release(10);

        Assert.Equal(image.Id, (await second).Image.Id);
        Assert.Single(house.Registry.BlobReads(digest));
    }

    private void OnBlob(Func<int, FakeAnswer?> answer)
    {
        int visits = -1;
        house.Registry.Interfere = request =>
            request.Method == "GET" && request.Path.EndsWith($"/blobs/{digest}", StringComparison.Ordinal)
                ? answer(Interlocked.Increment(ref visits))
                : null;
    }

    private async Task WaitForTwoThatWantTheLayerAsync()
    {
        Assert.True(SpinWait.SpinUntil(() => house.Steps.Count(step => step.Status == "Pulling fs layer") == 2, 20_000));
        // What remains until the second shares the first one's download cannot be seen.
        await Task.Delay(200, TestContext.Current.CancellationToken);
    }

    private async Task WaitForPartAsync(long length)
    {
        var part = new FileInfo(Path.Combine(house.Ingest, digest.Hex));
        for (int i = 0; i < 1000; i++)
        {
            part.Refresh();
            if (part.Exists && part.Length == length)
            {
                return;
            }
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.Fail($"the part did not get {length} bytes long");
    }
}
