using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.Credentials;

namespace Conex.Images.Tests.Registries;

/// <summary>A store and a registry that may misbehave.</summary>
internal sealed class PullHouse : IDisposable
{
    private readonly List<TransferStep> steps = [];
    private ImageRegistry? registry;

    internal PullHouse(TestStore? store = null) => Store = store ?? new TestStore();

    internal TestStore Store { get; }

    internal FakeRegistry Registry { get; init; } = new();

    internal RegistrySettings Settings { get; set; } =
        new()
        {
            RetryDelay = TimeSpan.FromMilliseconds(1),
            CertificateDirectories = [],
            Environment = _ => null,
        };

    internal ImageRegistry Client => registry ??= new ImageRegistry(Store.Images, Settings);

    internal IReadOnlyList<TransferStep> Steps
    {
        get
        {
            lock (steps)
            {
                return [.. steps];
            }
        }
    }

    internal string Ingest => Path.Combine(Store.Data, "content", "ingest");

    internal Task<PulledImage> PullAsync(
        string name = "app:1",
        RegistryCredential? credential = null,
        Platform? platform = null,
        CancellationToken? cancellationToken = null
    ) =>
        Client.PullAsync(
            Registry.Reference(name),
            new PullOptions { Credential = credential, Platform = platform },
            Add,
            cancellationToken ?? TestContext.Current.CancellationToken
        );

    internal Task<PushedImage> PushAsync(StoredImage image, string name = "app:1", RegistryCredential? credential = null) =>
        Client.PushAsync(
            image,
            Registry.Reference(name),
            new PushOptions { Credential = credential },
            Add,
            TestContext.Current.CancellationToken
        );

    /// <summary>Pulls what must be refused, and checks that nothing of it stays.</summary>
    internal async Task<string> RefuseAsync(string name = "app:1", RegistryCredential? credential = null)
    {
        string[] before = Store.Snapshot();
        string message = (await Assert.ThrowsAsync<RegistryException>(() => PullAsync(name, credential))).Message;
        Assert.Equal(before, Store.Snapshot());
        Assert.DoesNotContain('\n', message);
        return message;
    }

    public void Dispose()
    {
        registry?.Dispose();
        Registry.Dispose();
        Store.Dispose();
    }

    private void Add(TransferStep step)
    {
        lock (steps)
        {
            steps.Add(step);
        }
    }
}
