using System.Globalization;
using Conex.Linux.Cgroups;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>Translates resource limits to writes: a pure function of the limits and of where the host has its controllers.</summary>
public sealed class ResourceWrites
{
    private readonly Func<string, CgroupVersion> versionOf;
    private readonly List<CgroupWrite> writes = [];
    private readonly List<string> warnings = [];

    private ResourceWrites(Func<string, CgroupVersion> versionOf) => this.versionOf = versionOf;

    /// <summary>In the order in which they are made.</summary>
    public IReadOnlyList<CgroupWrite> Writes => writes;

    /// <summary>What was asked for and has no equal on this host, a sentence each.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>The writes for all limits but the devices.</summary>
    /// <param name="versionOf">Which interface a controller has: <see cref="CgroupHost.VersionOf"/>.</param>
    /// <exception cref="InvalidSpecException">A limit makes no sense, or asks for a controller that the host lacks.</exception>
    public static ResourceWrites Plan(LinuxResources resources, Func<string, CgroupVersion> versionOf)
    {
        var plan = new ResourceWrites(versionOf);
        MemoryWrites.Add(plan, resources.Memory);
        CpuWrites.Add(plan, resources.Cpu);
        BlockIoWrites.Add(plan, resources.BlockIo);
        SmallWrites.AddPids(plan, resources.Pids);
        SmallWrites.AddHugepages(plan, resources.HugepageLimits);
        SmallWrites.AddNetwork(plan, resources.Network);
        SmallWrites.AddRdma(plan, resources.Rdma);
        UnifiedWrites.Add(plan, resources.Unified);
        return plan;
    }

    internal void Add(CgroupWrite write) => writes.Add(write);

    internal void Add(string limit, string controller, string file, string value) => Add(new CgroupWrite(limit, controller, file, value));

    internal void Add(string limit, string controller, string file, long value) =>
        Add(limit, controller, file, value.ToString(CultureInfo.InvariantCulture));

    internal void Warn(string sentence) => warnings.Add(sentence);

    internal CgroupVersion VersionOf(string controller) => versionOf(controller);

    /// <summary>Whether a controller is version 2's.</summary>
    /// <exception cref="InvalidSpecException">The host lacks it.</exception>
    internal bool IsUnified(string limit, string controller) =>
        versionOf(controller) switch
        {
            CgroupVersion.V1 => false,
            CgroupVersion.V2 => true,
            _ => throw new InvalidSpecException($"{limit}: this host has no {controller} controller among its cgroups"),
        };
}
