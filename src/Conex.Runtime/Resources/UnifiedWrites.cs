using Conex.Linux.Cgroups;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>Files of cgroup v2 by name (runtime-spec config-linux.md, "Unified"). They come last and so win over the other limits.</summary>
internal static class UnifiedWrites
{
    internal static void Add(ResourceWrites plan, IReadOnlyDictionary<string, string>? unified)
    {
        if (unified is null)
        {
            return;
        }
        foreach ((string file, string value) in unified)
        {
            int dot = file.IndexOf('.');
            if (file.Contains('/') || dot <= 0)
            {
                throw new InvalidSpecException($"unified setting '{file}': it must be the name of a file, such as memory.high");
            }
            string controller = file[..dot];
            if (plan.VersionOf(controller) != CgroupVersion.V2)
            {
                throw new InvalidSpecException($"unified setting {file}: this host has no cgroup v2 with the {controller} controller");
            }
            // Files that take several lines, such as io.max, take one in each write.
            foreach (string line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                plan.Add($"unified setting {file}", controller, file, line);
            }
        }
    }
}
