namespace Conex.EndToEnd.Tests.Support;

/// <summary>What a test needs of the machine it runs on.</summary>
internal static class Machine
{
    /// <summary>Skips the test without root: cgroups, device nodes and mounts of the host's file systems need it.</summary>
    internal static void RequireRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>Skips the test where the kernel gives ordinary users no user namespaces.</summary>
    internal static void RequireOrdinaryUserNamespaces()
    {
        RequireRoot();
        foreach (
            (string file, string closed) in ((string, string)[])
                [
                    ("user/max_user_namespaces", "0"),
                    ("kernel/unprivileged_userns_clone", "0"),
                    ("kernel/apparmor_restrict_unprivileged_userns", "1"),
                ]
        )
        {
            string path = $"/proc/sys/{file}";
            Assert.SkipWhen(
                File.Exists(path) && File.ReadAllText(path).Trim() == closed,
                $"{path} is {closed}: no user namespaces for ordinary users"
            );
        }
    }

    /// <summary>The directory of a cgroup controller's hierarchy, version 1 or 2.</summary>
    internal static string CgroupMount(string controller) =>
        Directory.Exists($"/sys/fs/cgroup/{controller}") ? $"/sys/fs/cgroup/{controller}" : "/sys/fs/cgroup";

    /// <summary>Whether the one version 2 tree holds all controllers.</summary>
    internal static bool HasUnifiedCgroups => File.Exists("/sys/fs/cgroup/cgroup.controllers");
}
