namespace Conex.Oci.Credentials;

/// <summary>The names under which files and programs keep a registry's credential.</summary>
public static class RegistryNames
{
    /// <summary>What docker's files and programs call the default registry.</summary>
    public const string DefaultServer = "https://index.docker.io/v1/";

    /// <summary>The name to store a registry's credential under.</summary>
    /// <param name="server">As the user types it: a host, a URL, or nothing for the default registry.</param>
    public static string ServerOf(string? server)
    {
        string host = HostOf(server ?? "");
        return host.Length == 0 || IsDefault(host) ? DefaultServer : host;
    }

    /// <summary>The host and port in a key of such a file, which may be a URL: <c>https://registry.example/v1/</c>.</summary>
    public static string HostOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        string rest = key;
        int scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            rest = rest[(scheme + 3)..];
        }
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? rest : rest[..slash];
    }

    /// <summary>Whether a host is one of the default registry's.</summary>
    public static bool IsDefault(string host) =>
        host is ImageReference.DefaultDomain or ImageReference.DefaultRegistryHost || host == HostOf(DefaultServer);

    /// <summary>Whether two hosts are one registry.</summary>
    public static bool AreSame(string first, string second) =>
        string.Equals(first, second, StringComparison.OrdinalIgnoreCase) || (IsDefault(first) && IsDefault(second));
}
