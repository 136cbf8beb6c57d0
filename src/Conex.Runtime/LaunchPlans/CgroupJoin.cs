using Conex.Linux.Files;
using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The process's own way into its cgroups of version 1, before it does anything that is charged. A process that is moved by another makes
/// the kernel wait for a grace period, 5 to 15 ms; one of a single thread that moves itself waits for nobody.</summary>
internal static class CgroupJoin
{
    /// <param name="files">The <c>tasks</c> file of each hierarchy, as the host sees it: this comes before any namespace is joined.</param>
    internal static void Add(SyscallProgramBuilder program, IReadOnlyList<string> files)
    {
        if (files.Count == 0)
        {
            return;
        }
        program.Step("move into the cgroup of each version 1 hierarchy");
        foreach (string path in files)
        {
            program.Write(program.Open(FileCalls.WorkingDirectory, path, OpenMode.Write, ResolveRules.None), "0");
        }
    }
}
