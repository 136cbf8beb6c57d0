using Conex.CommandLine;
using Conex.Runtime.Checkpoints;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary>The options of runc that <c>checkpoint</c> and <c>restore</c> have in common.</summary>
internal static class CriuArguments
{
    private const string DefaultImages = "checkpoint";

    internal static OptionTable Table() =>
        new OptionTable()
            .Text("image-path", "dir", "Directory of the images", DefaultImages)
            .Text("work-path", "dir", "Directory for criu's log and what it needs meanwhile")
            .Flag("tcp-established", "Allow open TCP connections")
            .Flag("tcp-close", "Restore open TCP connections closed")
            .Flag("ext-unix-sk", "Allow unix sockets that lead out of the container")
            .Flag("shell-job", "Allow a session that the container did not begin")
            .Flag("lazy-pages", "Load memory when it is asked for (userfaultfd)")
            .Flag("file-locks", "Keep file locks")
            .Text("manage-cgroups-mode", "mode", "What to do with cgroups: soft, full, strict or ignore", "soft")
            .List("empty-ns", "namespace", "Make a namespace without what is in it: network")
            .Flag("auto-dedup", "Free what is twice in the images")
            .Text("network-lock", "method", "How packets are kept away meanwhile: iptables, nftables or skip");

    /// <exception cref="InvalidSpecException">A value is wrong.</exception>
    internal static CriuOptions Read(Invocation invocation)
    {
        foreach (string name in invocation.List("empty-ns"))
        {
            if (name != "network")
            {
                throw new InvalidSpecException($"namespace \"{name}\" is not supported by --empty-ns: known is network");
            }
        }
        return new CriuOptions
        {
            ImagePath = Path.GetFullPath(NonEmpty(invocation.Text("image-path")) ?? DefaultImages),
            WorkPath = NonEmpty(invocation.Text("work-path")) is { } work ? Path.GetFullPath(work) : null,
            TcpEstablished = invocation.Flag("tcp-established"),
            TcpClose = invocation.Flag("tcp-close"),
            ExternalUnixSockets = invocation.Flag("ext-unix-sk"),
            ShellJob = invocation.Flag("shell-job"),
            LazyPages = invocation.Flag("lazy-pages"),
            FileLocks = invocation.Flag("file-locks"),
            AutoDedup = invocation.Flag("auto-dedup"),
            CgroupMode = CgroupMode(invocation.Text("manage-cgroups-mode")),
            NetworkLock = NetworkLock(invocation.Text("network-lock")),
            Program = NonEmpty(invocation.Root.Text("criu")),
        };
    }

    internal static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static CriuCgroupMode CgroupMode(string? name) =>
        name switch
        {
            null or "" => CriuCgroupMode.Default,
            "soft" => CriuCgroupMode.Soft,
            "full" => CriuCgroupMode.Full,
            "strict" => CriuCgroupMode.Strict,
            "ignore" => CriuCgroupMode.Ignore,
            _ => throw new InvalidSpecException($"Invalid manage-cgroups-mode value \"{name}\": known are soft, full, strict and ignore"),
        };

    private static CriuNetworkLock NetworkLock(string? name) =>
        name switch
        {
            null or "" => CriuNetworkLock.Default,
            "iptables" => CriuNetworkLock.Iptables,
            "nftables" => CriuNetworkLock.Nftables,
            "skip" => CriuNetworkLock.Skip,
            _ => throw new InvalidSpecException($"invalid --network-lock {name}: known are iptables, nftables and skip"),
        };
}
