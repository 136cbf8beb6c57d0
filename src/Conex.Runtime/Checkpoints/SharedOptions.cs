using Conex.Linux.Files;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Checkpoints;

/// <summary>The options that a dump and a restore have in common.</summary>
public static class SharedOptions
{
    private const string ConfigurationAnnotation = "org.criu.config";
    private const string OwnConfiguration = "/etc/criu/conex-runtime.conf";
    private const string RuncConfiguration = "/etc/criu/runc.conf";
    private const int DebugLog = 4;

    /// <summary>Adds them to a request.</summary>
    /// <param name="images">criu opens it by its number in this process, as it does <paramref name="work"/>.</param>
    public static void Add(
        CriuRequest request,
        CriuOptions options,
        FileHandle images,
        FileHandle work,
        string log,
        IReadOnlyDictionary<string, string>? annotations
    )
    {
        request.Set(CriuOption.ImagesDirectory, images.Descriptor);
        request.Set(CriuOption.WorkDirectory, work.Descriptor);
        request.Set(CriuOption.LogLevel, DebugLog);
        request.Set(CriuOption.LogFile, log);
        request.Set(CriuOption.NotifyScripts, true);
        request.Set(CriuOption.ManageCgroups, true);
        request.Set(CriuOption.ManageCgroupsMode, (int)options.CgroupMode);
        request.Set(CriuOption.ShellJob, options.ShellJob);
        request.Set(CriuOption.ExternalUnixSockets, options.ExternalUnixSockets);
        request.Set(CriuOption.TcpEstablished, options.TcpEstablished);
        request.Set(CriuOption.TcpClose, options.TcpClose);
        request.Set(CriuOption.FileLocks, options.FileLocks);
        request.Set(CriuOption.OrphanTerminalMaster, true);
        request.Set(CriuOption.AutoDedup, options.AutoDedup);
        request.Set(CriuOption.LazyPages, options.LazyPages);
        // Network devices belong to whoever set them up, by hooks or in the namespace's path; --empty-ns network asks for what is so anyway.
        request.Set(CriuOption.EmptyNamespaces, (int)NamespaceSet.Network);
        if (options.NetworkLock != CriuNetworkLock.Default)
        {
            request.Set(CriuOption.NetworkLock, (int)options.NetworkLock);
        }
        if (Configuration(annotations) is { } file)
        {
            request.Set(CriuOption.ConfigurationFile, file);
        }
    }

    /// <summary>What it says counts more than the request. An annotation names another file, or none at all when it is empty.</summary>
    private static string? Configuration(IReadOnlyDictionary<string, string>? annotations) =>
        annotations?.TryGetValue(ConfigurationAnnotation, out string? named) == true ? (named.Length == 0 ? null : named)
        : PathAt.Status(OwnConfiguration) is not null ? OwnConfiguration
        : RuncConfiguration;
}
