using Conex.Engine.Errors;

namespace Conex.Engine.Mounts;

/// <summary>Reads <c>source:destination[:options]</c>, the text of <c>-v</c>.</summary>
internal static class BindText
{
    private static readonly string[] Propagations = ["private", "rprivate", "shared", "rshared", "slave", "rslave"];

    // nocopy concerns volumes; z and Z SELinux, consistency macOS: docker accepts them where they mean nothing.
    private static readonly string[] WithoutMeaningHere = ["rw", "z", "Z", "nocopy", "consistent", "cached", "delegated"];

    /// <exception cref="InvalidRequestException">The text is no bind.</exception>
    /// <exception cref="NotAvailableException">It names a volume.</exception>
    internal static UserMount Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length is not (2 or 3) || parts.Any(part => part.Length == 0))
        {
            throw parts.Length == 1 && parts[0].StartsWith('/')
                ? new NotAvailableException($"anonymous volumes come later; mount a directory at {parts[0]}: -v /directory:{parts[0]}")
                : new InvalidRequestException($"invalid volume specification: '{text}'");
        }
        if (!parts[0].StartsWith('/'))
        {
            throw new NotAvailableException($"named volumes come later; {parts[0]} must be the absolute path of a directory");
        }
        UserMount mount = new()
        {
            Source = ContainerPath.Clean(parts[0]),
            Destination = Destination(parts[1], text),
            CreateSource = true,
            Mode = parts.Length == 3 ? parts[2] : "",
        };
        return parts.Length == 3 ? WithOptions(mount, parts[2]) : mount;
    }

    /// <exception cref="InvalidRequestException">Not absolute, or the root itself.</exception>
    internal static string Destination(string path, string specification)
    {
        if (!path.StartsWith('/'))
        {
            throw new InvalidRequestException($"invalid mount path: '{path}' mount path must be absolute");
        }
        string clean = ContainerPath.Clean(path);
        return clean.Length > 1
            ? clean
            : throw new InvalidRequestException(
                $"invalid volume specification: '{specification}': invalid mount config: destination can't be '/'"
            );
    }

    /// <exception cref="InvalidRequestException">No such propagation.</exception>
    internal static string Propagation(string name) =>
        name.Length == 0 ? "rprivate"
        : Array.IndexOf(Propagations, name) >= 0 ? name
        : throw new InvalidRequestException($"invalid mount config for type \"bind\": invalid propagation: {name}");

    private static UserMount WithOptions(UserMount mount, string options)
    {
        foreach (string option in options.Split(','))
        {
            mount = option switch
            {
                "ro" => mount with { ReadOnly = true },
                "bind-nonrecursive" => mount with { NonRecursive = true },
                _ when Array.IndexOf(Propagations, option) >= 0 => mount with { Propagation = option },
                _ when Array.IndexOf(WithoutMeaningHere, option) >= 0 => mount,
                _ => throw new InvalidRequestException($"invalid mode: {options}"),
            };
        }
        return mount;
    }
}
