using System.Security.Cryptography;
using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;

namespace Conex.Images.Tests.Registries;

/// <summary>Layers come side by side.</summary>
public sealed class ParallelPullTests : IDisposable
{
    private readonly PullHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task Three_layers_come_at_a_time()
    {
        var image = new TestImage([.. Enumerable.Range(0, 6).Select(i => new TarBuilder().File($"{i}").ToArray())]);
        house.Registry.Offer(image, "1");
        int now = 0;
        int most = 0;
        house.Registry.Interfere = request =>
        {
            if (
                request.Path.EndsWith($"/blobs/{image.Id}", StringComparison.Ordinal)
                || !request.Path.Contains("/blobs/", StringComparison.Ordinal)
            )
            {
                return null;
            }
            int mine = Interlocked.Increment(ref now);
            InterlockedMax(ref most, mine);
            // The first three wait for each other, and all for a fourth that must not come.
            SpinWait.SpinUntil(() => Volatile.Read(ref most) >= 3, TimeSpan.FromSeconds(60));
            Thread.Sleep(50);
            Interlocked.Decrement(ref now);
            return null;
        };

        await house.PullAsync();

        Assert.Equal(3, most);

        static void InterlockedMax(ref int place, int value)
        {
            int seen;
            while ((seen = Volatile.Read(ref place)) < value && Interlocked.CompareExchange(ref place, value, seen) != seen) { }
        }
    }

    [Fact]
    public async Task Layers_of_zstd_come_while_another_is_expanded()
    {
        byte[][] tars =
        [
            .. Enumerable.Range(0, 3).Select(i => new TarBuilder().File($"{i}", RandomNumberGenerator.GetBytes(1 << 20)).ToArray()),
        ];
        var image = new TestImage(tars);
        (string Hex, int Size)[] blobs = [.. tars.Select(TestImage.Zstd).Select(blob => (TestImage.DigestOf(blob).Hex, blob.Length))];
        house.Registry.Offer(image, "1", TestImage.Zstd, MediaType.OciLayerZstd);
        string? held = null;
        int whole = 0;
        house.Registry.Interfere = request =>
        {
            string hex = request.Path[(request.Path.LastIndexOf(':') + 1)..];
            if (Array.Exists(blobs, blob => blob.Hex == hex) && Interlocked.CompareExchange(ref held, hex, null) is null)
            {
                SpinWait.SpinUntil(
                    () => (whole = blobs.Count(blob => blob.Hex != hex && IsHere(blob.Hex, blob.Size))) == 2,
                    TimeSpan.FromSeconds(60)
                );
            }
            return null;
        };

        PulledImage pulled = await house.PullAsync();

        Assert.Equal(2, whole);
        Assert.Equal(image.Id, pulled.Image.Id);

        bool IsHere(string hex, int size) => new FileInfo(Path.Combine(house.Ingest, hex)) is { Exists: true } file && file.Length == size;
    }
}
