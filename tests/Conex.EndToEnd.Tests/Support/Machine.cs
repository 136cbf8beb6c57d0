namespace Conex.EndToEnd.Tests.Support;

/// <summary>What a test needs of the machine it runs on.</summary>
internal static class Machine
{
    /// <summary>Skips the test without root: cgroups, device nodes and mounts of the host's file systems need it.</summary>
    internal static void RequireRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>The directory of a cgroup controller's hierarchy, version 1 or 2.</summary>
    internal static string CgroupMount(string controller) =>
        Directory.Exists($"/sys/fs/cgroup/{controller}") ? $"/sys/fs/cgroup/{controller}" : "/sys/fs/cgroup";

    /// <summary>Whether the one version 2 tree holds all controllers.</summary>
    internal static bool HasUnifiedCgroups => File.Exists("/sys/fs/cgroup/cgroup.controllers");
}
