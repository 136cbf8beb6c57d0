using System.Globalization;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.State;

namespace Conex.Runtime.Containers;

/// <summary>What is known of a container before it has a cgroup and a process.</summary>
internal static class NewRecord
{
    internal static ContainerRecord Of(string bundle, string rootfs, RuntimeSpec spec, NamespaceSet namespaces, string id) =>
        new()
        {
            Id = id,
            Pid = 0,
            StartTime = 0,
            Bundle = bundle,
            Rootfs = rootfs,
            Created = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffffff00Z", CultureInfo.InvariantCulture),
            OciVersion = spec.OciVersion,
            Namespaces = namespaces.All,
            EndsWithInit = namespaces.Creates(NamespaceSet.Pid),
            Annotations = spec.Annotations,
            Hooks = LaterHooks(spec.Hooks),
        };

    private static Hooks? LaterHooks(Hooks? hooks) =>
        hooks is { StartContainer.Count: > 0 } or { Poststart.Count: > 0 } or { Poststop.Count: > 0 }
            ? hooks with
            {
                Prestart = null,
                CreateRuntime = null,
                CreateContainer = null,
            }
            : null;
}
