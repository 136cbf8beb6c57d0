namespace Conex.DockerApi.Client;

/// <summary>Where an engine listens: a unix socket.</summary>
/// <param name="SocketPath">The socket's path.</param>
/// <param name="IsDefault">Whether nobody named it, so that the client may start a daemon there.</param>
public sealed record EngineEndpoint(string SocketPath, bool IsDefault = false)
{
    private const string UnixScheme = "unix://";

    /// <summary>Takes the first that is set of <paramref name="host"/> (the option -H), CONEX_HOST and DOCKER_HOST; else the user's own engine:
    /// <c>conex.sock</c> in CONEX_RUN_ROOT, in <c>/run/conex</c> for root, in <c>$XDG_RUNTIME_DIR/conex</c> for others.</summary>
    /// <param name="host">What the option says, or null.</param>
    /// <param name="userId">The effective user ID.</param>
    /// <param name="environment">Looks an environment variable up.</param>
    /// <exception cref="FormatException">The address is of a kind that is not supported; the message says what to do.</exception>
    public static EngineEndpoint Resolve(string? host, uint userId, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        foreach (string? address in (ReadOnlySpan<string?>)[host, environment("CONEX_HOST"), environment("DOCKER_HOST")])
        {
            if (!string.IsNullOrEmpty(address))
            {
                return Parse(address);
            }
        }

        return new EngineEndpoint($"{RunRoot(userId, environment)}/conex.sock", IsDefault: true);
    }

    /// <summary>Reads an address as <c>unix:///run/conex/conex.sock</c>; a bare absolute path is taken as one.</summary>
    /// <exception cref="FormatException">The address is of a kind that is not supported; the message says what to do.</exception>
    public static EngineEndpoint Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.StartsWith(UnixScheme, StringComparison.Ordinal) && address.Length > UnixScheme.Length)
        {
            return new EngineEndpoint(address[UnixScheme.Length..]);
        }

        if (address.StartsWith('/'))
        {
            return new EngineEndpoint(address);
        }

        if (address.StartsWith("ssh://", StringComparison.Ordinal))
        {
            throw new FormatException(
                $"the address \"{address}\" needs an ssh tunnel, which conex does not make: run ssh -L /tmp/conex.sock:/run/conex/conex.sock HOST "
                    + "and use unix:///tmp/conex.sock"
            );
        }

        if (address.StartsWith("tcp://", StringComparison.Ordinal) || address.StartsWith("http", StringComparison.Ordinal))
        {
            throw new FormatException(
                $"the address \"{address}\" names a TCP port, which conex does not connect to: use unix://PATH of the engine's socket"
            );
        }

        throw new FormatException($"\"{address}\" is no address of an engine: use unix://PATH");
    }

    /// <summary>The address as a URL.</summary>
    public override string ToString() => UnixScheme + SocketPath;

    private static string RunRoot(uint userId, Func<string, string?> environment)
    {
        if (environment("CONEX_RUN_ROOT") is { Length: > 0 } root)
        {
            return root;
        }

        if (userId == 0)
        {
            return "/run/conex";
        }

        string runtime = environment("XDG_RUNTIME_DIR") is { Length: > 0 } own ? own : $"/run/user/{userId}";
        return $"{runtime}/conex";
    }
}
