using Conex.Engine.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Mounts;

/// <summary>The host's side of binds: <c>-v</c> makes a missing directory, <c>--mount</c> refuses.</summary>
internal static class BindSources
{
    private const uint DirectoryMode = 0x1ED; // 0755

    /// <exception cref="InvalidRequestException">A source is missing and may not be made.</exception>
    internal static void Check(IReadOnlyList<UserMount> mounts)
    {
        foreach (UserMount mount in mounts)
        {
            if (mount is { Source: { } source, CreateSource: false } && PathAt.Status(source) is null)
            {
                throw new InvalidRequestException($"invalid mount config for type \"bind\": bind source path does not exist: {source}");
            }
        }
    }

    /// <summary>Makes missing directories.</summary>
    /// <exception cref="InvalidRequestException">A source is missing and may not be made.</exception>
    internal static void Prepare(IReadOnlyList<UserMount> mounts)
    {
        Check(mounts);
        foreach (UserMount mount in mounts)
        {
            if (mount.Source is not { } source || PathAt.Status(source) is not null)
            {
                continue;
            }
            for (int slash = source.IndexOf('/', 1); slash > 0; slash = source.IndexOf('/', slash + 1))
            {
                Make(source[..slash]);
            }
            Make(source);
        }
    }

    private static void Make(string directory)
    {
        if (PathAt.TryMakeDirectory(PathAt.Current, directory, DirectoryMode))
        {
            // Users in the container enter it, whatever umask this process has.
            PathAt.SetMode(PathAt.Current, directory, DirectoryMode);
        }
    }
}
