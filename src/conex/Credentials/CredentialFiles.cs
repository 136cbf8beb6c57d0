using Conex.Cli.Output;
using Conex.DockerApi.Contracts;
using Conex.Linux.Files;
using Conex.Oci;
using Conex.Oci.Credentials;

namespace Conex.Cli.Credentials;

/// <summary>Finds and keeps the user's credentials, where docker and podman keep theirs.</summary>
internal static class CredentialFiles
{
    private const int Limit = 1 << 20;

    /// <summary>docker's file, which login writes.</summary>
    internal static string DockerFile
    {
        get
        {
            var directory = Environment.GetEnvironmentVariable("DOCKER_CONFIG");
            return string.IsNullOrEmpty(directory)
                ? $"{Environment.GetEnvironmentVariable("HOME")}/.docker/config.json"
                : $"{directory}/config.json";
        }
    }

    /// <summary>The credential for an image's registry; null when there is none. A name that is none has none: the engine says what is wrong.</summary>
    /// <exception cref="CommandException">A file cannot be understood.</exception>
    internal static AuthConfig? For(string image)
    {
        if (!ImageReference.TryParse(image, out var reference))
            return null;
        foreach (var path in Places())
        {
            if (PathAt.Status(path) is not null && Find(Read(path), reference) is { } found)
                return ToConfig(found, RegistryNames.ServerOf(reference.Domain));
        }
        return null;
    }

    /// <summary>Keeps a credential, in the program that the user chose for it or in docker's file.</summary>
    /// <returns>Where; null when a program has it.</returns>
    internal static string? Store(string server, RegistryCredential credential)
    {
        if (ReadOrEmpty().HelperOf(RegistryNames.HostOf(server)) is { } helper)
        {
            CredentialProgram.Store(helper, server, credential);
            return null;
        }
        Change(content => AuthFile.With(content, server, credential));
        return DockerFile;
    }

    /// <summary>Forgets a server's credential.</summary>
    /// <returns>Whether there was one.</returns>
    internal static bool Remove(string server)
    {
        var file = ReadOrEmpty();
        var host = RegistryNames.HostOf(server);
        if (file.HelperOf(host) is { } helper)
            return CredentialProgram.Erase(helper, server);
        if (file.Find(host, "") is null)
            return false;
        Change(content => AuthFile.With(content, server, null));
        return true;
    }

    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable("REGISTRY_AUTH_FILE") is { Length: > 0 } named)
            yield return named;
        yield return DockerFile;
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
            yield return $"{runtime}/containers/auth.json";
    }

    private static RegistryCredential? Find(AuthFile file, ImageReference reference)
    {
        // A program of its own for a registry wins over the file, as with docker.
        if (
            file.HelperOf(reference.Domain) is { } helper
            && CredentialProgram.Get(helper, RegistryNames.ServerOf(reference.Domain)) is { } kept
        )
            return kept;
        return file.Find(reference.Domain, reference.Path);
    }

    private static AuthConfig ToConfig(RegistryCredential credential, string server) =>
        new()
        {
            Username = credential.Username.Length > 0 ? credential.Username : null,
            Password = credential.Password.Length > 0 ? credential.Password : null,
            IdentityToken = credential.IdentityToken.Length > 0 ? credential.IdentityToken : null,
            RegistryToken = credential.RegistryToken.Length > 0 ? credential.RegistryToken : null,
            ServerAddress = server,
        };

    private static AuthFile ReadOrEmpty() => PathAt.Status(DockerFile) is null ? AuthFile.Parse([]) : Read(DockerFile);

    private static AuthFile Read(string path)
    {
        try
        {
            return AuthFile.Parse(FileIo.ReadAll(path, Limit));
        }
        catch (FormatException wrong)
        {
            throw new CommandException($"{path}: {wrong.Message}");
        }
    }

    /// <summary>Replaces the file at once, readable for its owner alone; a link to it stays one.</summary>
    private static void Change(Func<byte[], byte[]> change)
    {
        var path = DockerFile;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (PathAt.Status(path, follow: false) is { Kind: FileKind.SymbolicLink })
            path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var before = PathAt.Status(path) is null ? [] : FileIo.ReadAll(path, Limit);
        try
        {
            AtomicFile.Write(path, change(before), durable: true);
        }
        catch (FormatException wrong)
        {
            throw new CommandException($"{path}: {wrong.Message}");
        }
    }
}
