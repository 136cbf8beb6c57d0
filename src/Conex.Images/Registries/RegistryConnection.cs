using System.Net;
using System.Net.Http.Headers;
using Conex.Oci.Credentials;

namespace Conex.Images.Registries;

/// <summary>Calls to one registry as one user: proves who asks, follows redirects, and tries again what may pass.</summary>
/// <param name="host">The registry's host and port.</param>
/// <param name="scheme">http or https where it is known; null: what the host turns out to speak.</param>
/// <param name="wantsRefreshToken">Whether a token service is asked for a token that stands for the password later.</param>
internal sealed class RegistryConnection(
    RegistryTransport transport,
    string host,
    string? scheme,
    RegistryCredential credential,
    bool wantsRefreshToken = false
) : IDisposable
{
    private const int MostRedirects = 10;
    private readonly RegistryAuthorizer authorizer = new(transport, host, credential) { WantsRefreshToken = wantsRefreshToken };

    internal string Host => host;

    internal RegistrySettings Settings => transport.Settings;

    internal string? RefreshToken => authorizer.RefreshToken;

    public void Dispose() => authorizer.Dispose();

    /// <summary>The URL of a path of the API.</summary>
    internal async Task<Uri> UrlAsync(string path, CancellationToken cancellationToken) =>
        new($"{scheme ?? await transport.SchemeAsync(host, cancellationToken)}://{host}{path}");

    /// <summary>Sends a request until it is answered for good: 2xx, or a refusal that stays.</summary>
    /// <param name="make">Makes the request for a URL; called again for each attempt.</param>
    /// <param name="scope">What the token must allow, space-separated.</param>
    /// <param name="isRepeatable">Whether the call may be made again when its fate is unknown.</param>
    /// <exception cref="RegistryException">The registry cannot be reached.</exception>
    internal async Task<HttpResponseMessage> SendAsync(
        Uri url,
        Func<Uri, HttpRequestMessage> make,
        string scope,
        CancellationToken cancellationToken,
        bool isRepeatable = true
    )
    {
        for (int attempt = 0; ; attempt++)
        {
            bool isLast = !isRepeatable || attempt + 1 >= Settings.Attempts;
            TimeSpan wait = Backoff.Delay(Settings.RetryDelay, attempt);
            try
            {
                HttpResponseMessage response = await AuthorizedAsync(url, make, scope, cancellationToken);
                TimeSpan? asked = Backoff.Asked(response.Headers.RetryAfter, Settings.Time.GetUtcNow());
                if (isLast || !Backoff.IsPassing(response.StatusCode) || asked > Backoff.Patience)
                {
                    return response;
                }
                response.Dispose();
                wait = asked ?? wait;
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException or IOException)
            {
                if (isLast)
                {
                    throw new RegistryException($"reach the registry {host}: {Reason(e)}", cause: e);
                }
            }
            await Task.Delay(wait, Settings.Time, cancellationToken);
        }
    }

    private static string Reason(Exception e)
    {
        // The reason that people can use, such as a refused connection or certificate, is the innermost.
        Exception innermost = e.GetBaseException();
        return innermost == e ? e.Message : $"{e.Message.TrimEnd('.')}: {innermost.Message}";
    }

    private async Task<HttpResponseMessage> AuthorizedAsync(
        Uri url,
        Func<Uri, HttpRequestMessage> make,
        string scope,
        CancellationToken cancellationToken
    )
    {
        bool isHome = IsHome(url);
        for (bool isSecond = false; ; isSecond = true)
        {
            AuthenticationHeaderValue? header = isHome ? await authorizer.HeaderAsync(scope, cancellationToken) : null;
            HttpResponseMessage response = await FollowAsync(url, make, header, cancellationToken);
            if (
                !isHome
                || response.StatusCode != HttpStatusCode.Unauthorized
                || !IsHome(response.RequestMessage!.RequestUri!)
                || (isSecond && header is null)
            )
            {
                return response;
            }
            IReadOnlyList<Challenge> challenges = Challenge.Parse(
                response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues values) ? values : []
            );
            bool isWorthIt;
            try
            {
                isWorthIt = await authorizer.LearnAsync(challenges, header, scope, cancellationToken) && !isSecond;
            }
            catch
            {
                response.Dispose();
                throw;
            }
            if (!isWorthIt)
            {
                return response;
            }
            response.Dispose();
        }
    }

    /// <summary>Follows redirects. What proves the user is for the registry alone: no other host, port or scheme gets it.</summary>
    private async Task<HttpResponseMessage> FollowAsync(
        Uri url,
        Func<Uri, HttpRequestMessage> make,
        AuthenticationHeaderValue? header,
        CancellationToken cancellationToken
    )
    {
        bool isTrusted = true;
        for (int hop = 0; ; hop++)
        {
            using HttpRequestMessage request = make(url);
            request.Headers.Authorization = isTrusted ? header : null;
            HttpResponseMessage response = await transport.SendAsync(request, cancellationToken);
            response.RequestMessage = new HttpRequestMessage(request.Method, url);
            if (Target(response, request.Method) is not { } target)
            {
                return response;
            }
            response.Dispose();
            if (hop == MostRedirects)
            {
                throw new RegistryException($"the registry {host} redirects more than {MostRedirects} times");
            }
            if (target.Scheme is not ("http" or "https") || (url.Scheme == "https" && target.Scheme == "http"))
            {
                throw new RegistryException(
                    $"the registry {host} redirects to {target.Scheme}://{target.Authority}, away from TLS: refused"
                );
            }
            // Once left, a way back is the other host's doing.
            isTrusted = isTrusted && target.Authority == url.Authority && target.Scheme == url.Scheme;
            url = target;
        }
    }

    private static Uri? Target(HttpResponseMessage response, HttpMethod method)
    {
        bool keepsMethod = response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        bool isRedirect = keepsMethod || response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther;
        bool isRead = method == HttpMethod.Get || method == HttpMethod.Head;
        return isRedirect && (keepsMethod || isRead) && response.Headers.Location is { } location
            ? new Uri(response.RequestMessage!.RequestUri!, location)
            : null;
    }

    private bool IsHome(Uri url) => url.Authority.Equals(new Uri($"{url.Scheme}://{host}").Authority, StringComparison.OrdinalIgnoreCase);
}
