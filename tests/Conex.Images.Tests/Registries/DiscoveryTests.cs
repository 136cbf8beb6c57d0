using System.Net;
using System.Net.Sockets;
using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.Credentials;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Registries;

public sealed class DiscoveryTests : IDisposable
{
    private readonly PullHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task Tags_come_page_by_page()
    {
        house.Registry.Interfere = request =>
            !request.Path.EndsWith("/tags/list", StringComparison.Ordinal) ? null
            : request.Query("last") is null
                ? new FakeAnswer(200, """{"tags":["a","b"]}"""u8.ToArray())
                {
                    Headers = { ["Link"] = "</v2/app/tags/list?last=b>; rel=\"next\"" },
                }
            : new FakeAnswer(200, """{"tags":["c"]}"""u8.ToArray());

        Assert.Equal(
            ["a", "b", "c"],
            await house.Client.ListTagsAsync(house.Registry.Reference("app"), null, TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Referrers_come_from_the_API_or_from_the_tag_of_the_digest(bool hasApi)
    {
        Descriptor image = house.Registry.Offer(TestImage.With("x"), "1");
        byte[] index = TestImage.Index(
            TestImage.Describe([1], MediaType.OciManifest) with
            {
                ArtifactType = "a/signature",
            },
            TestImage.Describe([2], MediaType.OciManifest) with
            {
                ArtifactType = "a/list",
            }
        );
        if (hasApi)
        {
            house.Registry.Interfere = request =>
                request.Path.EndsWith($"/referrers/{image.Digest}", StringComparison.Ordinal) ? new FakeAnswer(200, index) : null;
        }
        else
        {
            house.Registry.Offer(index, MediaType.OciIndex, $"sha256-{image.Digest.Hex}");
        }
        ImageReference reference = house.Registry.Reference($"app@{image.Digest}");

        Assert.Equal(2, (await house.Client.ListReferrersAsync(reference, null, null, TestContext.Current.CancellationToken)).Count);
        Assert.Equal(
            TestImage.DigestOf([1]),
            Assert
                .Single(await house.Client.ListReferrersAsync(reference, "a/signature", null, TestContext.Current.CancellationToken))
                .Digest
        );
        Assert.Empty(
            await house.Client.ListReferrersAsync(
                house.Registry.Reference($"app@{TestImage.DigestOf([9])}"),
                null,
                null,
                TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    public async Task A_name_is_described_without_a_pull()
    {
        Descriptor image = house.Registry.Offer(TestImage.With("x"), "1");

        RemoteDescription remote = await house.Client.DescribeAsync(
            house.Registry.Reference("app:1"),
            null,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(image, remote.Descriptor);
        Assert.Equal([Platform.Current], remote.Platforms);
        Assert.Empty(house.Store.Images.List());
    }

    [Fact]
    public async Task A_mirror_is_asked_first_with_its_own_credential_and_the_registry_has_the_last_word()
    {
        using var mirror = new FakeRegistry();
        TestImage image = TestImage.With("x");
        house.Registry.Offer(image, "1");
        mirror.Offer(image, "1");
        // It lost a layer.
        mirror.Blobs.TryRemove(TestImage.DigestOf(TestImage.Gzip(image.Layers[0])).ToString(), out _);
        mirror.Interfere = request =>
            request.Path == "/v2/" || request.Authorization == $"Basic {Convert.ToBase64String("m:irror"u8)}"
                ? null
                : new FakeAnswer(401) { Headers = { ["WWW-Authenticate"] = "Basic realm=\"m\"" } };
        house.Settings = RegistrySettingsFile.Parse(
            System.Text.Encoding.UTF8.GetBytes(
                "{\"registries\":{\"" + house.Registry.Host + "\":{\"mirrors\":[\"http://" + mirror.Host + "\"]}}}"
            ),
            house.Settings
        ) with
        {
            MirrorCredentials = AuthFile.Parse(
                AuthFile.With([], mirror.Host, new RegistryCredential { Username = "m", Password = "irror" })
            ),
        };

        Assert.Equal(image.Id, (await house.PullAsync(credential: new RegistryCredential { Username = "u", Password = "p" })).Image.Id);

        Assert.DoesNotContain(house.Registry.Requests, request => request.Path.Contains("/manifests/", StringComparison.Ordinal));
        Assert.Single(house.Registry.Requests, request => request.Path.Contains("/blobs/", StringComparison.Ordinal));
        Assert.DoesNotContain(mirror.Requests, request => request.Authorization == $"Basic {Convert.ToBase64String("u:p"u8)}");
    }

    [Theory]
    [InlineData(false, "refused")]
    [InlineData(true, "does not answer")]
    public async Task Without_a_registry_there_is_a_sentence(bool listens, string reason)
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // Nobody else gets the port as long as it is bound.
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (listens)
        {
            silent.Listen();
        }
        ImageReference gone = ImageReference.Parse($"{silent.LocalEndPoint}/app:1");
        house.Settings = house.Settings with { Stall = TimeSpan.FromSeconds(2) };

        string message = (
            await Assert.ThrowsAsync<RegistryException>(() =>
                house.Client.PullAsync(gone, new PullOptions(), _ => { }, TestContext.Current.CancellationToken)
            )
        ).Message;

        Assert.StartsWith($"reach the registry {gone.Domain}: ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.OrdinalIgnoreCase);
    }
}
