using Conex.Images.Checks;
using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Images.Tests.Registries;

namespace Conex.Images.Tests.Catalog;

/// <summary>Removals run all the time while images come: what an operation reports as there is there, and nothing dangles afterwards.</summary>
public sealed class ConcurrentRemovalTests
{
    private const int Rounds = 60;
    private const int FewestRemovals = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly byte[] Shared = new TarBuilder().File("shared", new string('s', 50_000)).ToArray();

    [Fact]
    public async Task Images_that_come_while_others_are_removed_are_whole()
    {
        ScratchDirectory.NeedRoot();
        using var house = new PullHouse();
        for (int i = 0; i < 4; i++)
        {
            house.Registry.Offer(ImageNumber(i), $"{i}");
        }
        ImageStore store = house.Store.Images;
        using var done = new CancellationTokenSource();
        int removed = 0;
        Task removing = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    foreach (StoredImage image in store.List())
                    {
                        try
                        {
                            store.Remove(image.Id.ToString(), force: true, TestStore.NoUsers);
                            removed++;
                        }
                        catch (ImageNotFoundException)
                        {
                            // The other loop was faster.
                        }
                    }
                }
            },
            Token
        );
        Task checking = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    StoreReport report = await StoreCheck.RunAsync(store, new CheckOptions { Repair = true }, TestStore.NoUsers, Token);
                    Assert.Empty(report.Findings);
                }
            },
            Token
        );

        await Task.WhenAll(
            Task.Run(
                async () =>
                {
                    for (int i = 0; i < Rounds || (removed <= FewestRemovals && i < 100 * Rounds); i++)
                    {
                        Assert.NotNull((await house.PullAsync($"app:{i % 4}", cancellationToken: Token)).Image);
                    }
                },
                Token
            ),
            Task.Run(
                () =>
                {
                    for (int i = 0; i < Rounds; i++)
                    {
                        Assert.Single(house.Store.Load(TestImage.DockerArchive((ImageNumber(i % 4), [$"loaded:{i}"]))));
                    }
                },
                Token
            ),
            Task.Run(
                () =>
                {
                    for (int i = 0; i < Rounds; i++)
                    {
                        Assert.Single(house.Store.Import(Shared).Layers);
                    }
                },
                Token
            )
        );
        await done.CancelAsync();
        await Task.WhenAll(removing, checking);

        Assert.True(removed > FewestRemovals, $"{removed} removals");
        // With nobody removing, everything that is told to be there is there.
        PulledImage pulled = await house.PullAsync("app:1");
        Assert.Equal("1", house.Store.Read(pulled.Image, "file"));
        Assert.Empty((await StoreCheck.RunAsync(store, new CheckOptions(), TestStore.NoUsers, Token)).Findings);
        foreach (StoredImage image in store.List())
        {
            store.Remove(image.Id.ToString(), force: true, TestStore.NoUsers);
        }
        Assert.All(house.Store.Snapshot(), path => Assert.EndsWith("/tags", path, StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(house.Store.Data, "content/layers")));
    }

    [Fact]
    public async Task The_beginning_of_a_blob_does_not_become_a_blob()
    {
        ScratchDirectory.NeedRoot();
        using var house = new PullHouse();
        TestImage image = ImageNumber(1);
        house.Registry.Offer(image, "1");
        // The layer came another way, while a cut pull has left a part of its compressed form.
        house.Store.Load(TestImage.DockerArchive((image, ["loaded:1"])));
        byte[][] blobs = [.. image.Layers.Select(TestImage.Gzip)];
        foreach (byte[] blob in blobs)
        {
            await File.WriteAllBytesAsync(
                Path.Combine(house.Ingest, TestImage.DigestOf(blob).Hex),
                blob[..10],
                TestContext.Current.CancellationToken
            );
        }
        await house.PullAsync();
        StoreReport report = await StoreCheck.RunAsync(house.Store.Images, new CheckOptions(), TestStore.NoUsers, Token);
        Assert.Empty(report.Findings);
        Assert.Equal(1, report.Images);
        Assert.Empty(Directory.EnumerateFiles(house.Ingest));
    }

    private static TestImage ImageNumber(int i) => new(Shared, new TarBuilder().File("file", $"{i}").ToArray());
}
