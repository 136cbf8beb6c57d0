using System.Net;

namespace Conex.Images.Registries;

/// <summary>The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name, by the rules that curl and docker share: lower-case names win,
/// <c>.example</c> and <c>example</c> cover a domain, <c>10.0.0.0/8</c> addresses, <c>*</c> all; what is local needs none.</summary>
internal sealed class EnvironmentProxy(Func<string, string?> environment) : IWebProxy
{
    /// <summary>Null: the proxy's URL tells its user, see <see cref="GetProxy"/>.</summary>
    public ICredentials? Credentials
    {
        get => new UrlCredentials(this);
        set => throw new NotSupportedException();
    }

    public Uri? GetProxy(Uri destination)
    {
        if (IsExcepted(destination))
        {
            return null;
        }
        string? text = Variable(destination.Scheme == Uri.UriSchemeHttps ? "HTTPS_PROXY" : "HTTP_PROXY") ?? Variable("ALL_PROXY");
        return text is null ? null
            : Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out Uri? proxy)
                ? proxy
            : throw new RegistryException($"the proxy \"{text}\" in the environment is no URL");
    }

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    private bool IsExcepted(Uri destination)
    {
        string host = destination.IdnHost.Trim('[', ']');
        if (HostRules.IsLoopback(host))
        {
            return true;
        }
        foreach (
            string entry in (Variable("NO_PROXY") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            if (entry == "*" || Covers(entry, host, destination.Port))
            {
                return true;
            }
        }
        return false;
    }

    private static bool Covers(string entry, string host, int port)
    {
        if (IPNetwork.TryParse(entry, out IPNetwork network))
        {
            return IPAddress.TryParse(host, out IPAddress? address) && network.Contains(address);
        }
        string name = HostRules.HostOf(entry);
        if (name.Length < entry.Length && entry[(name.Length + 1)..] != port.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            return false;
        }
        string domain = name.TrimStart('*').TrimStart('.').Trim('[', ']');
        return host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase);
    }

    private string? Variable(string name) =>
        environment(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower
        : environment(name) is { Length: > 0 } upper ? upper
        : null;

    private sealed class UrlCredentials(EnvironmentProxy proxy) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType)
        {
            foreach (string scheme in (string[])["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"])
            {
                string? text = proxy.Variable(scheme);
                if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Authority == uri.Authority && url.UserInfo.Length > 0)
                {
                    string[] parts = url.UserInfo.Split(':', 2);
                    return new NetworkCredential(
                        Uri.UnescapeDataString(parts[0]),
                        parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : ""
                    );
                }
            }
            return null;
        }
    }
}
