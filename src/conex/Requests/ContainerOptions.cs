using Conex.CommandLine;

namespace Conex.Cli.Requests;

/// <summary>The options of <c>run</c> and <c>create</c>, with docker's names and words.</summary>
internal static class ContainerOptions
{
    internal static OptionTable ForRun() =>
        ForCreate()
            .Flag("detach", 'd', "Run container in background and print container ID")
            .Text("detach-keys", "string", "Override the key sequence for detaching a container")
            .Flag("sig-proxy", "Proxy received signals to the process", "true");

    internal static OptionTable ForCreate()
    {
        var table = new OptionTable();
        AddProcess(table);
        AddStorage(table);
        AddNetwork(table);
        AddLimits(table);
        AddConfinement(table);
        return table.Flag("help", "Print usage");
    }

    private static void AddProcess(OptionTable table) =>
        table
            .Text("name", "string", "Assign a name to the container")
            .Flag("interactive", 'i', "Keep STDIN open even if not attached")
            .Flag("tty", 't', "Allocate a pseudo-TTY")
            .List("attach", 'a', "list", "Attach to STDIN, STDOUT or STDERR", check: StreamName)
            .Flag("rm", "Automatically remove the container and its associated anonymous volumes when it exits")
            .List("env", 'e', "list", "Set environment variables", check: EnvironmentOptions.Complaint)
            .List("env-file", "list", "Read in a file of environment variables", completes: CompletionSource.Files)
            .List("label", 'l', "list", "Set meta data on a container")
            .List("label-file", "list", "Read in a line delimited file of labels", completes: CompletionSource.Files)
            .List("annotation", "map", "Add an annotation to the container (passed through to the OCI runtime)", "map[]")
            .Text("workdir", 'w', "string", "Working directory inside the container")
            .Text("user", 'u', "string", "Username or UID (format: <name|uid>[:<group|gid>])")
            .List("group-add", "list", "Add additional groups to join")
            .Text("entrypoint", "string", "Overwrite the default ENTRYPOINT of the image")
            .Flag("init", "Run an init inside the container that forwards signals and reaps processes")
            .Text("stop-signal", "string", "Signal to stop the container")
            .Integer("stop-timeout", "int", "Timeout (in seconds) to stop a container")
            .Text("restart", "string", "Restart policy to apply when a container exits", "\"no\"")
            .Text("cidfile", "string", "Write the container ID to the file", completes: CompletionSource.Files)
            .Text("pull", "string", "Pull image before running (\"always\", \"missing\", \"never\")", "\"missing\"")
            .Flag("quiet", 'q', "Suppress the pull output")
            .Text("platform", "string", "Set platform if server is multi-platform capable")
            .Text("log-driver", "string", "Logging driver for the container")
            .List("log-opt", "list", "Log driver options");

    private static void AddStorage(OptionTable table) =>
        table
            .List("volume", 'v', "list", "Bind mount a volume", completes: CompletionSource.Files)
            .List("mount", "mount", "Attach a filesystem mount to the container", check: static text => Complaint(text, MountText.Parse))
            .List("tmpfs", "list", "Mount a tmpfs directory")
            .Flag("read-only", "Mount the container's root filesystem as read only")
            .Text("shm-size", "bytes", "Size of /dev/shm", check: static text => Complaint(text, SizeOption.Parse))
            .List("device", "list", "Add a host device to the container", completes: CompletionSource.Files);

    private static void AddNetwork(OptionTable table) =>
        table
            .Text("network", "network", "Connect a container to a network")
            .Text("net", "network", "Connect a container to a network", hidden: true)
            .Text("hostname", 'h', "string", "Container host name")
            .Text("domainname", "string", "Container NIS domain name")
            .List("publish", 'p', "list", "Publish a container's port(s) to the host")
            .Flag("publish-all", 'P', "Publish all exposed ports to random ports")
            .List("expose", "list", "Expose a port or a range of ports")
            .List("add-host", "list", "Add a custom host-to-IP mapping (host:ip)", check: HostMapping)
            .List("dns", "list", "Set custom DNS servers")
            .List("dns-option", "list", "Set DNS options")
            .List("dns-search", "list", "Set custom DNS search domains");

    private static void AddLimits(OptionTable table) =>
        table
            .Text("memory", 'm', "bytes", "Memory limit", check: static text => Complaint(text, SizeOption.Parse))
            .Text("memory-reservation", "bytes", "Memory soft limit", check: static text => Complaint(text, SizeOption.Parse))
            .Text(
                "memory-swap",
                "bytes",
                "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
                check: static text => Complaint(text, SizeOption.ParseOrUnlimited)
            )
            .Text("cpus", "decimal", "Number of CPUs", check: static text => Complaint(text, CpuCount.Parse))
            .Integer("cpu-shares", 'c', "int", "CPU shares (relative weight)")
            .Integer("cpu-period", "int", "Limit CPU CFS (Completely Fair Scheduler) period")
            .Integer("cpu-quota", "int", "Limit CPU CFS (Completely Fair Scheduler) quota")
            .Text("cpuset-cpus", "string", "CPUs in which to allow execution (0-3, 0,1)")
            .Text("cpuset-mems", "string", "MEMs in which to allow execution (0-3, 0,1)")
            .Integer("pids-limit", "int", "Tune container pids limit (set -1 for unlimited)")
            .List("ulimit", "ulimit", "Ulimit options", "[]", check: static text => Complaint(text, UlimitText.Parse))
            .Integer("oom-score-adj", "int", "Tune host's OOM preferences (-1000 to 1000)")
            .Text("cgroup-parent", "string", "Optional parent cgroup for the container");

    private static void AddConfinement(OptionTable table) =>
        table
            .List("cap-add", "list", "Add Linux capabilities")
            .List("cap-drop", "list", "Drop Linux capabilities")
            .Flag("privileged", "Give extended privileges to this container")
            .List("security-opt", "list", "Security Options")
            .List("sysctl", "map", "Sysctl options", "map[]")
            .Text("pid", "string", "PID namespace to use")
            .Text("ipc", "string", "IPC mode to use")
            .Text("uts", "string", "UTS namespace to use")
            .Text("userns", "string", "User namespace to use")
            .Text("cgroupns", "string", "Cgroup namespace to use (host|private)")
            .Text("runtime", "string", "Runtime to use for this container");

    private static string? StreamName(string text) =>
        text.ToLowerInvariant() is "stdin" or "stdout" or "stderr" ? null : "valid streams are STDIN, STDOUT and STDERR";

    private static string? HostMapping(string text) => text.IndexOfAny([':', '=']) > 0 ? null : $"bad format for add-host: \"{text}\"";

    private static string? Complaint<T>(string text, Func<string, T> parse)
    {
        try
        {
            _ = parse(text);
            return null;
        }
        catch (FormatException reason)
        {
            return reason.Message;
        }
    }
}
