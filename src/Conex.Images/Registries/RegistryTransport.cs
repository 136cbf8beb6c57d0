using System.Collections.Concurrent;
using System.Net;

namespace Conex.Images.Registries;

/// <summary>The connections to all hosts, each with its own certificates. Follows nothing and decides nothing.</summary>
internal sealed class RegistryTransport(RegistrySettings settings) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<HttpMessageInvoker>> hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> schemes = new(StringComparer.OrdinalIgnoreCase);
    private readonly EnvironmentProxy proxy = new(settings.Environment);

    internal RegistrySettings Settings => settings;

    public void Dispose()
    {
        foreach (Lazy<HttpMessageInvoker> host in hosts.Values.Where(host => host.IsValueCreated))
        {
            host.Value.Dispose();
        }
    }

    /// <summary>Sends a request; the answer's body is not read yet.</summary>
    /// <exception cref="HttpRequestException">The host cannot be reached.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", settings.UserAgent);
        HttpMessageInvoker invoker = hosts
            .GetOrAdd(request.RequestUri!.Authority, authority => new Lazy<HttpMessageInvoker>(() => Connect(authority)))
            .Value;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // An upload may take as long as it makes progress, which only its sender can see.
        if (request.Content is null)
        {
            deadline.CancelAfter(settings.Stall);
        }
        try
        {
            return await invoker.SendAsync(request, deadline.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{request.RequestUri.Authority} does not answer", e);
        }
    }

    /// <summary>How a registry is spoken to: TLS, unless it is insecure and knows none.</summary>
    /// <exception cref="RegistryException">It takes the connection and does not answer.</exception>
    internal async Task<string> SchemeAsync(string authority, CancellationToken cancellationToken)
    {
        if (!HostRules.IsInsecure(authority, settings))
        {
            return Uri.UriSchemeHttps;
        }
        if (schemes.TryGetValue(authority, out string? known))
        {
            return known;
        }
        string scheme;
        try
        {
            using var probe = new HttpRequestMessage(HttpMethod.Get, $"https://{authority}/v2/");
            using HttpResponseMessage answer = await SendAsync(probe, cancellationToken);
            scheme = Uri.UriSchemeHttps;
        }
        catch (HttpRequestException e)
            when (e.HttpRequestError
                    is HttpRequestError.SecureConnectionError
                        or HttpRequestError.ResponseEnded
                        or HttpRequestError.InvalidResponse
            )
        {
            scheme = Uri.UriSchemeHttp;
        }
        catch (TimeoutException e)
        {
            throw new RegistryException($"reach the registry {authority}: {e.Message}", cause: e);
        }
        catch (HttpRequestException)
        {
            // Nobody listens: the next call says so, or finds that somebody does by now.
            return Uri.UriSchemeHttp;
        }
        schemes[authority] = scheme;
        return scheme;
    }

    private HttpMessageInvoker Connect(string authority)
    {
        bool isInsecure = HostRules.IsInsecure(authority, settings);
        return new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                UseCookies = false,
                Proxy = proxy,
                UseProxy = true,
                ConnectTimeout = TimeSpan.FromSeconds(20),
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                PooledConnectionLifetime = TimeSpan.FromMinutes(10),
                MaxResponseHeadersLength = 64,
                SslOptions = HostCertificates.Read(settings.CertificateDirectories, authority).Options(isInsecure),
            }
        );
    }
}
