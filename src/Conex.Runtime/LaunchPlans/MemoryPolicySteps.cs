using System.Globalization;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>linux.memoryPolicy: from which NUMA nodes the payload's memory comes (set_mempolicy(2)).</summary>
public static class MemoryPolicySteps
{
    /// <summary>The modes by their numbers.</summary>
    public static IReadOnlyList<string> Modes { get; } =
    ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    /// <summary>The flags; the first is bit 15, each further one the bit below.</summary>
    public static IReadOnlyList<string> Flags { get; } = ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES", "MPOL_F_NUMA_BALANCING"];

    /// <summary>The kernel's own limit, 2^CONFIG_NODES_SHIFT at most.</summary>
    private const uint MostNodes = 1024;

    internal static void Add(SyscallProgramBuilder program, LinuxMemoryPolicy? policy)
    {
        if (policy is null)
        {
            return;
        }
        int mode = IndexOf(Modes, policy.Mode);
        if (mode < 0)
        {
            throw new InvalidSpecException($"linux.memoryPolicy: unknown mode \"{policy.Mode}\"");
        }
        uint flags = 0;
        foreach (string name in policy.Flags ?? [])
        {
            int flag = IndexOf(Flags, name);
            flags |= flag >= 0 ? 0x8000U >> flag : throw new InvalidSpecException($"linux.memoryPolicy: unknown flag \"{name}\"");
        }
        ulong[] nodes = Nodes(policy.Nodes ?? "");
        program.Step($"set the memory policy {policy.Mode}{(nodes.Length == 0 ? "" : $" on the nodes {policy.Nodes}")}");
        program.SetMemoryPolicy((uint)mode | flags, nodes);
    }

    /// <summary>A list such as <c>0-1,3</c> as bits.</summary>
    private static ulong[] Nodes(string list)
    {
        ulong[] bits = [];
        foreach (string range in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int hyphen = range.IndexOf('-', StringComparison.Ordinal);
            uint first = Node(list, hyphen < 0 ? range : range[..hyphen]);
            uint last = hyphen < 0 ? first : Node(list, range[(hyphen + 1)..]);
            if (first > last)
            {
                throw new InvalidSpecException($"linux.memoryPolicy: the nodes \"{list}\" hold a range that ends before it begins");
            }
            Array.Resize(ref bits, Math.Max(bits.Length, (int)(last / 64) + 1));
            for (uint node = first; node <= last; node++)
            {
                bits[node / 64] |= 1UL << (int)(node % 64);
            }
        }
        return bits;
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }
        return -1;
    }

    private static uint Node(string list, string text) =>
        uint.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out uint node) && node < MostNodes
            ? node
            : throw new InvalidSpecException($"linux.memoryPolicy: the nodes \"{list}\" are no list such as 0-1,3");
}
