namespace Conex.Engine.Containers;

/// <summary>The names of one container's files in the data and run directories.</summary>
internal sealed class ContainerFiles(EnginePaths paths, string id)
{
    internal string Directory { get; } = $"{paths.Containers}/{id}";

    internal string RunDirectory { get; } = $"{paths.RunContainers}/{id}";

    internal string Record => $"{Directory}/container.json";

    internal string Bundle => $"{Directory}/bundle";

    internal string Specification => $"{Directory}/bundle/config.json";

    internal string Assembly => $"{Directory}/bundle/rootfs.json";

    internal string Upper => $"{Directory}/upper";

    internal string Work => $"{Directory}/work";

    internal string Log => $"{Directory}/container.log";

    internal string Hosts => $"{Directory}/hosts";

    internal string Hostname => $"{Directory}/hostname";

    internal string ResolvConf => $"{Directory}/resolv.conf";

    internal string Socket => $"{RunDirectory}/monitor.sock";

    internal string Exit => $"{RunDirectory}/exit.json";

    /// <summary>Is there while the container stands still for a commit.</summary>
    internal string CommitMark => $"{RunDirectory}/committing";

    internal string Execs => $"{RunDirectory}/exec";

    /// <summary>Files bound over the image's: destination and source.</summary>
    internal IReadOnlyList<(string Destination, string Source)> Etc =>
        [("/etc/resolv.conf", ResolvConf), ("/etc/hostname", Hostname), ("/etc/hosts", Hosts)];
}
