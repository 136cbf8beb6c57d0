using Conex.Linux.Cgroups;
using Conex.Linux.Errors;

namespace Conex.Runtime.Systemd;

/// <summary>Keeps a container's processes still while systemd replaces its device rules of version 1: it denies all devices first, and a
/// payload that opens /dev/null in between would fail.</summary>
internal sealed class HeldCgroup : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Cgroup? frozen;

    private HeldCgroup(Cgroup? frozen) => this.frozen = frozen;

    /// <summary>Freezes what runs. What cannot be frozen in time goes on: a moment without devices is better than no update.</summary>
    internal static HeldCgroup Hold(Cgroup cgroup)
    {
        if (cgroup.FreezerState != FreezerState.Thawed)
        {
            return new HeldCgroup(null);
        }
        try
        {
            cgroup.Freeze(Patience);
            return new HeldCgroup(cgroup);
        }
        catch (Exception e) when (e is CgroupException or KernelException)
        {
            return new HeldCgroup(null);
        }
    }

    public void Dispose()
    {
        try
        {
            frozen?.Thaw(Patience);
        }
        catch (Exception e) when (e is CgroupException or KernelException)
        {
            // Somebody froze a cgroup above it meanwhile: it goes on when that one is thawed.
        }
    }
}
