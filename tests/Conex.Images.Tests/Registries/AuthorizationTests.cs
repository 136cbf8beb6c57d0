using System.Text;
using Conex.Images.Registries;
using Conex.Images.Tests.Fixtures;
using Conex.Oci.Credentials;

namespace Conex.Images.Tests.Registries;

public sealed class AuthorizationTests : IDisposable
{
    private static readonly RegistryCredential User = new() { Username = "u", Password = "p" };
    private static readonly string Basic = $"Basic {Convert.ToBase64String("u:p"u8)}";
    private readonly PullHouse house = new();
    private readonly TestImage image = TestImage.With("secret");
    private int tokens;

    public AuthorizationTests() => house.Registry.Offer(image, "1");

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task Basic_is_sent_only_after_it_was_asked_for()
    {
        house.Registry.Interfere = request =>
            request.Authorization == Basic ? null : new FakeAnswer(401) { Headers = { ["WWW-Authenticate"] = "Basic realm=\"r\"" } };

        Assert.Equal(image.Id, (await house.PullAsync(credential: User)).Image.Id);
        Assert.Null(house.Registry.Requests.First(request => request.Path != "/v2/").Authorization);
        Assert.Equal(1, house.Registry.Requests.Count(request => request.Path != "/v2/" && request.Authorization is null));
        Assert.Contains(
            "401",
            await house.RefuseAsync(credential: new RegistryCredential { Username = "u", Password = "wrong" }),
            StringComparison.Ordinal
        );
        Assert.Contains("401", await house.RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bearer_token_is_got_for_service_and_scope_and_used_again()
    {
        house.Registry.Interfere = Bearer();

        Assert.Equal(image.Id, (await house.PullAsync(credential: User)).Image.Id);

        FakeRequest ask = Assert.Single(house.Registry.Requests, request => request.Path == "/token");
        Assert.Equal(Basic, ask.Authorization);
        Assert.Equal("the service", ask.Query("service"));
        Assert.Equal("repository:app:pull", ask.Query("scope"));
        Assert.Equal("u", ask.Query("account"));
    }

    [Fact]
    public async Task A_token_service_that_has_too_many_requests_is_waited_for()
    {
        Func<FakeRequest, FakeAnswer?> bearer = Bearer();
        var times = new List<DateTime>();
        house.Registry.Interfere = request =>
        {
            if (request.Path == "/token")
            {
                times.Add(DateTime.UtcNow);
            }
            return request.Path == "/token" && times.Count == 1
                ? new FakeAnswer(429) { Headers = { ["Retry-After"] = "1" } }
                : bearer(request);
        };

        Assert.Equal(image.Id, (await house.PullAsync(credential: User)).Image.Id);
        Assert.True(times[1] - times[0] >= TimeSpan.FromMilliseconds(950), $"{times[1] - times[0]}");
    }

    [Fact]
    public async Task Nobody_in_particular_gets_a_token_too()
    {
        house.Registry.Interfere = Bearer();

        await house.PullAsync();

        Assert.Null(Assert.Single(house.Registry.Requests, request => request.Path == "/token").Authorization);
    }

    [Fact]
    public async Task A_token_that_expires_during_a_pull_is_renewed()
    {
        string? withdrawn = null;
        Func<FakeRequest, FakeAnswer?> bearer = Bearer();
        house.Registry.Interfere = request =>
        {
            if (
                request.Path.Contains("/blobs/", StringComparison.Ordinal)
                && request.Authorization is { } sent
                && (withdrawn ??= sent) == sent
            )
            {
                return Challenge();
            }
            return bearer(request);
        };

        Assert.Equal(image.Id, (await house.PullAsync(credential: User)).Image.Id);
        Assert.Equal("Bearer token-1", withdrawn);
        Assert.Equal(2, house.Registry.Requests.Count(request => request.Path == "/token"));
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_by_a_form()
    {
        house.Registry.Interfere = Bearer();

        await house.PullAsync(credential: new RegistryCredential { IdentityToken = "refresh&me" });

        FakeRequest ask = Assert.Single(house.Registry.Requests, request => request.Path == "/token");
        Assert.Equal("POST", ask.Method);
        Assert.Equal(
            "grant_type=refresh_token&refresh_token=refresh%26me&client_id=conex&service=the+service&scope=repository%3Aapp%3Apull",
            Encoding.UTF8.GetString(ask.Body)
        );
    }

    [Fact]
    public async Task A_registry_token_is_sent_as_it_is()
    {
        house.Registry.Interfere = request => request.Authorization == "Bearer mine" || request.Path == "/v2/" ? null : new FakeAnswer(401);

        Assert.Equal(image.Id, (await house.PullAsync(credential: new RegistryCredential { RegistryToken = "mine" })).Image.Id);
    }

    [Fact]
    public async Task Another_scheme_is_named()
    {
        house.Registry.Interfere = _ => new FakeAnswer(401) { Headers = { ["WWW-Authenticate"] = "Negotiate" } };

        Assert.Contains("wants authentication by Negotiate", await house.RefuseAsync(credential: User), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_another_host_carries_no_credential()
    {
        using var storage = new FakeRegistry();
        byte[] blob = TestImage.Gzip(image.Layers[0]);
        storage.Blobs[TestImage.DigestOf(blob).ToString()] = blob;
        Func<FakeRequest, FakeAnswer?> bearer = Bearer();
        house.Registry.Interfere = request =>
            bearer(request)
            ?? (
                request.Path.EndsWith($"/blobs/{TestImage.DigestOf(blob)}", StringComparison.Ordinal)
                    ? new FakeAnswer(307)
                    {
                        Headers = { ["Location"] = $"http://{storage.Host}/v2/bucket/blobs/{TestImage.DigestOf(blob)}" },
                    }
                    : null
            );
        // It asks for what it must not get.
        storage.Interfere = request => request.Authorization is null ? null : new FakeAnswer(500);

        Assert.Equal(image.Id, (await house.PullAsync(credential: User)).Image.Id);
        Assert.NotEmpty(storage.Requests);
        Assert.All(storage.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task A_foreign_host_that_asks_for_the_password_does_not_get_it()
    {
        using var storage = new FakeRegistry
        {
            Interfere = _ => new FakeAnswer(401) { Headers = { ["WWW-Authenticate"] = "Basic realm=\"r\"" } },
        };
        house.Registry.Interfere = request =>
            request.Path.Contains("/blobs/", StringComparison.Ordinal)
                ? new FakeAnswer(307) { Headers = { ["Location"] = $"http://{storage.Host}/x" } }
                : null;

        Assert.Contains("401", await house.RefuseAsync(credential: User), StringComparison.Ordinal);
        Assert.All(storage.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task A_token_service_without_TLS_gets_no_password()
    {
        house.Registry.Interfere = request =>
            request.Path == "/v2/"
                ? null
                : new FakeAnswer(401) { Headers = { ["WWW-Authenticate"] = "Bearer realm=\"http://0.0.0.0:1/token\"" } };

        Assert.Contains("without TLS: refused", await house.RefuseAsync(credential: User), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        house.Registry.Interfere = request =>
            request.Path == "/v2/" ? null : new FakeAnswer(307) { Headers = { ["Location"] = request.Target } };

        Assert.Contains("redirects more than 10 times", await house.RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_tells_whether_the_registry_accepts_the_user()
    {
        house.Registry.Interfere = request =>
            request.Authorization == Basic ? null : new FakeAnswer(401) { Headers = { ["WWW-Authenticate"] = "Basic realm=\"r\"" } };

        Assert.Null(await house.Client.LoginAsync(house.Registry.Host, User, TestContext.Current.CancellationToken));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            house.Client.LoginAsync(
                house.Registry.Host,
                new RegistryCredential { Username = "u", Password = "x" },
                TestContext.Current.CancellationToken
            )
        );
        Assert.True(e.IsDenied);
    }

    [Fact]
    public async Task Login_keeps_the_refresh_token_of_a_token_service()
    {
        house.Registry.Interfere = Bearer(refreshToken: "keep me");

        Assert.Equal("keep me", await house.Client.LoginAsync(house.Registry.Host, User, TestContext.Current.CancellationToken));
        Assert.Equal("true", Assert.Single(house.Registry.Requests, request => request.Path == "/token").Query("offline_token"));
    }

    private FakeAnswer Challenge() =>
        new(401)
        {
            Headers =
            {
                ["WWW-Authenticate"] =
                    $"Bearer realm=\"http://{house.Registry.Host}/token\",service=\"the service\",scope=\"repository:app:pull\"",
            },
        };

    /// <summary>Wants the newest token, which its token service gives to whoever asks.</summary>
    private Func<FakeRequest, FakeAnswer?> Bearer(string refreshToken = "") =>
        request =>
            request.Path == "/token"
                ? new FakeAnswer(
                    200,
                    Encoding.UTF8.GetBytes(
                        $$"""{"token":"token-{{Interlocked.Increment(ref tokens)}}","expires_in":300,"refresh_token":"{{refreshToken}}"}"""
                    )
                )
            : request.Authorization == $"Bearer token-{tokens}" ? null
            : Challenge();
}
