using System.Globalization;
using Conex.Linux.SyscallPrograms;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The CPUs of an exec: on its way into the container's cgroup, and from then on (process.execCPUAffinity).</summary>
internal static class AffinitySteps
{
    /// <summary>More CPUs than any kernel is built for (CONFIG_NR_CPUS).</summary>
    private const int MostCpus = 8192;

    /// <param name="when"><c>initial</c> or <c>final</c>.</param>
    /// <exception cref="InvalidSpecException">The list is none.</exception>
    internal static void Add(SyscallProgramBuilder program, string when, string? cpus)
    {
        if (!string.IsNullOrEmpty(cpus))
        {
            program.Step($"set the {when} CPU affinity {cpus}");
            program.SetAffinity(Mask(when, cpus));
        }
    }

    private static byte[] Mask(string when, string cpus)
    {
        byte[] mask = new byte[8];
        foreach (string range in cpus.Split(','))
        {
            string[] ends = range.Trim().Split('-');
            if (
                ends.Length > 2
                || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
                || first > last
                || last >= MostCpus
            )
            {
                throw new InvalidSpecException($"process.execCPUAffinity.{when}: \"{cpus}\" is no list of CPUs like 0-3,7");
            }
            if (last / 64 * 8 + 8 > mask.Length)
            {
                Array.Resize(ref mask, last / 64 * 8 + 8);
            }
            for (int cpu = first; cpu <= last; cpu++)
            {
                mask[cpu / 8] |= (byte)(1 << (cpu % 8));
            }
        }
        return mask;
    }
}
