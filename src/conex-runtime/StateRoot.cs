using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.Errors;

namespace ConexRuntime;

/// <summary>Where the state of containers lies when <c>--root</c> does not say it.</summary>
internal static class StateRoot
{
    private const string OfHost = "/run/conex-runtime";

    /// <summary>Whether it lies in the user's runtime directory. Root of a user namespace counts as the user who made it, unless its name says root,
    /// as for runc: engines of ordinary users start runtimes so.</summary>
    internal static bool IsOfUser =>
        CurrentProcess.EffectiveUser != 0
        || (!string.IsNullOrEmpty(RuntimeDirectory) && Environment.GetEnvironmentVariable("USER") != "root" && !UserNamespace.IsInitial);

    private static string? RuntimeDirectory => Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");

    /// <exception cref="InvalidSpecException">An ordinary user has no runtime directory.</exception>
    internal static string Find(bool ofUser)
    {
        if (!ofUser)
        {
            return OfHost;
        }
        const string help = "name a directory of yours with --root, or begin a session that sets it, as /run/user/";
        uint user = CurrentProcess.EffectiveUser;
        string? directory = RuntimeDirectory;
        if (string.IsNullOrEmpty(directory) || !directory.StartsWith('/'))
        {
            throw new InvalidSpecException(
                $"an ordinary user's containers are recorded in $XDG_RUNTIME_DIR, which is {(string.IsNullOrEmpty(directory) ? "not set" : "no absolute path")}: {help}{user}"
            );
        }
        if (PathAt.Status(directory) is not { IsDirectory: true } status)
        {
            throw new InvalidSpecException($"XDG_RUNTIME_DIR={directory} is no directory: {help}{user}");
        }
        if (status.UserId != user)
        {
            throw new InvalidSpecException(
                $"XDG_RUNTIME_DIR={directory} belongs to user {status.UserId}, not to user {user}: {help}{user}"
            );
        }
        return $"{directory}/conex-runtime";
    }
}
