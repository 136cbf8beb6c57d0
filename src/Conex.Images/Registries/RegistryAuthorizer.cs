using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Conex.Oci.Credentials;

namespace Conex.Images.Registries;

/// <summary>Convinces one registry: remembers how it wants to be, and the tokens it accepts. Safe for concurrent calls.</summary>
internal sealed class RegistryAuthorizer(RegistryTransport transport, string registry, RegistryCredential credential) : IDisposable
{
    private const int TokenLimit = 1 << 20;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Dictionary<string, (string Token, DateTimeOffset Until)> tokens = new(StringComparer.Ordinal);
    private Challenge? accepted;

    /// <summary>A refresh token that the token service gave, for a login to keep.</summary>
    internal string? RefreshToken { get; private set; }

    /// <summary>Whether to ask the token service for a refresh token.</summary>
    internal bool WantsRefreshToken { get; init; }

    public void Dispose() => gate.Dispose();

    /// <summary>What to send, by all that is known; null before the registry has asked.</summary>
    /// <param name="scope">Space-separated scopes; empty for none.</param>
    internal async Task<AuthenticationHeaderValue?> HeaderAsync(string scope, CancellationToken cancellationToken)
    {
        if (credential.RegistryToken.Length > 0)
        {
            return new AuthenticationHeaderValue("Bearer", credential.RegistryToken);
        }
        await gate.WaitAsync(cancellationToken);
        try
        {
            return accepted switch
            {
                null => null,
                { IsBasic: true } => Basic(),
                _ => new AuthenticationHeaderValue("Bearer", await TokenAsync(accepted, scope, cancellationToken)),
            };
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Learns from a refusal.</summary>
    /// <param name="sent">What was refused; null when nothing was sent.</param>
    /// <returns>Whether another attempt makes sense.</returns>
    /// <exception cref="RegistryException">It wants what cannot be given.</exception>
    internal async Task<bool> LearnAsync(
        IReadOnlyList<Challenge> challenges,
        AuthenticationHeaderValue? sent,
        string scope,
        CancellationToken cancellationToken
    )
    {
        if (credential.RegistryToken.Length > 0 || challenges.Count == 0)
        {
            return false;
        }
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (challenges.FirstOrDefault(challenge => challenge.IsBearer && challenge["realm"] is not null) is { } bearer)
            {
                accepted = bearer;
                if (sent is not null && tokens.TryGetValue(scope, out var known) && known.Token == sent.Parameter)
                {
                    // Expired earlier than it said, or withdrawn.
                    tokens.Remove(scope);
                }
                return true;
            }
            if (challenges.FirstOrDefault(challenge => challenge.IsBasic) is { } basic)
            {
                accepted = basic;
                return sent is null && credential.Username.Length > 0;
            }
            throw new RegistryException(
                $"the registry {registry} wants authentication by {string.Join(" or ", challenges.Select(challenge => challenge.Scheme))}, which is not supported",
                HttpStatusCode.Unauthorized
            );
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<string> TokenAsync(Challenge challenge, string scope, CancellationToken cancellationToken)
    {
        DateTimeOffset now = transport.Settings.Time.GetUtcNow();
        if (tokens.TryGetValue(scope, out var known) && known.Until > now)
        {
            return known.Token;
        }
        TokenAnswer answer = await FetchAsync(challenge, scope, cancellationToken);
        RefreshToken = answer.RefreshToken ?? RefreshToken;
        // A tenth of its life for the way there.
        tokens[scope] = (answer.Token, now + (answer.Life * 0.9));
        return answer.Token;
    }

    private async Task<TokenAnswer> FetchAsync(Challenge challenge, string scope, CancellationToken cancellationToken)
    {
        Uri realm = Realm(challenge);
        for (int attempt = 0; ; attempt++)
        {
            bool isLast = attempt + 1 >= transport.Settings.Attempts;
            TimeSpan wait = Backoff.Delay(transport.Settings.RetryDelay, attempt);
            try
            {
                using HttpRequestMessage request =
                    credential.IdentityToken.Length > 0 ? Refresh(realm, challenge, scope) : Ask(realm, challenge, scope);
                using HttpResponseMessage response = await transport.SendAsync(request, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return TokenAnswer.Parse(
                        await RegistryBody.ReadAsync(response, TokenLimit, "the token", cancellationToken),
                        realm.Authority
                    );
                }
                if (isLast || !Backoff.IsPassing(response.StatusCode))
                {
                    throw await RegistryBody.FailureAsync(response, $"get a token for {registry}", cancellationToken);
                }
                wait = Backoff.Asked(response.Headers.RetryAfter, transport.Settings.Time.GetUtcNow()) ?? wait;
            }
            catch (Exception e) when (!isLast && e is HttpRequestException or TimeoutException or IOException)
            {
                // Again, after a while.
            }
            await Task.Delay(wait < Backoff.Patience ? wait : Backoff.Patience, transport.Settings.Time, cancellationToken);
        }
    }

    /// <summary>The token service. It gets the password, so a registry must not lead it out of TLS.</summary>
    private Uri Realm(Challenge challenge)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out Uri? realm) || realm.Scheme is not ("http" or "https"))
        {
            throw new RegistryException($"the registry {registry} names \"{challenge["realm"]}\" as its token service, which is no URL");
        }
        bool isSafe = realm.Scheme == "https" || HostRules.IsInsecure(realm.Authority, transport.Settings);
        return isSafe || credential.IsEmpty
            ? realm
            : throw new RegistryException($"the registry {registry} wants the password sent to {realm.Authority} without TLS: refused");
    }

    private HttpRequestMessage Ask(Uri realm, Challenge challenge, string scope)
    {
        List<string> query = [.. Parameters(challenge, scope).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}")];
        if (credential.Username.Length > 0)
        {
            query.Add($"account={Uri.EscapeDataString(credential.Username)}");
        }
        if (WantsRefreshToken)
        {
            query.Add("offline_token=true&client_id=conex");
        }
        string separator = realm.Query.Length > 1 ? "&" : "?";
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            realm.AbsoluteUri + (query.Count > 0 ? separator + string.Join('&', query) : "")
        );
        request.Headers.Authorization = credential.Username.Length > 0 ? Basic() : null;
        return request;
    }

    private HttpRequestMessage Refresh(Uri realm, Challenge challenge, string scope)
    {
        // A form has one scope member: several are parted by spaces (OAuth2, RFC 6749 section 3.3).
        List<KeyValuePair<string, string>> form =
        [
            new("grant_type", "refresh_token"),
            new("refresh_token", credential.IdentityToken),
            new("client_id", "conex"),
        ];
        if (challenge["service"] is { } service)
        {
            form.Add(new("service", service));
        }
        if (scope.Length > 0)
        {
            form.Add(new("scope", scope));
        }
        return new HttpRequestMessage(HttpMethod.Post, realm) { Content = new FormUrlEncodedContent(form) };
    }

    private static IEnumerable<KeyValuePair<string, string>> Parameters(Challenge challenge, string scope)
    {
        if (challenge["service"] is { } service)
        {
            yield return new("service", service);
        }
        foreach (string one in (scope.Length > 0 ? scope : challenge["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return new("scope", one);
        }
    }

    private AuthenticationHeaderValue? Basic() =>
        credential.Username.Length > 0
            ? new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}"))
            )
            : null;
}
