using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The process's own way into its cgroups of version 1, before it does anything that is charged. A process that is moved by another makes
/// the kernel wait for a grace period, 5 to 15 ms; one of a single thread that moves itself waits for nobody.</summary>
internal static class CgroupJoin
{
    internal static IReadOnlyList<Register> Add(SyscallProgramBuilder program, int count)
    {
        if (count == 0)
        {
            return [];
        }
        program.Step("move into the cgroup of each version 1 hierarchy");
        Register[] files = new Register[count];
        for (int i = 0; i < count; i++)
        {
            files[i] = program.Register($"tasks{i}");
            program.Write(files[i], "0");
        }
        return files;
    }
}
