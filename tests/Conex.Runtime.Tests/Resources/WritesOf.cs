using System.Text;
using Conex.Linux.Cgroups;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

/// <summary>The writes for limits given as JSON, on a host of each kind.</summary>
internal static class WritesOf
{
    internal static string[] Legacy(string json) => Lines(Plan(json, CgroupVersion.V1));

    internal static string[] Unified(string json) => Lines(Plan(json, CgroupVersion.V2));

    internal static ResourceWrites Plan(string json, CgroupVersion version) =>
        Plan(json, controller => version == Home(controller) ? version : Both(controller, version));

    internal static ResourceWrites Plan(string json, Func<string, CgroupVersion> versionOf) =>
        ResourceWrites.Plan(LinuxResources.Parse(Encoding.UTF8.GetBytes(json)), versionOf);

    internal static string Refusal(string json, CgroupVersion version) =>
        Assert.Throws<InvalidSpecException>(() => Plan(json, version)).Message;

    private static string[] Lines(ResourceWrites plan) => [.. plan.Writes.Select(w => w.ToString())];

    /// <summary>Controllers that only one version has.</summary>
    private static CgroupVersion Home(string controller) =>
        controller switch
        {
            "blkio" or "net_cls" or "net_prio" => CgroupVersion.V1,
            "io" or "cgroup" => CgroupVersion.V2,
            _ => CgroupVersion.None,
        };

    private static CgroupVersion Both(string controller, CgroupVersion version) =>
        Home(controller) == CgroupVersion.None && controller != "nonesuch" ? version : CgroupVersion.None;
}
