namespace Conex.Runtime.Containers;

/// <summary>crun's annotation with which a container keeps the supplementary groups of whoever starts it (podman's <c>--group-add keep-groups</c>).</summary>
internal static class GroupAnnotation
{
    internal static bool KeepsGroups(IReadOnlyDictionary<string, string>? annotations) =>
        annotations?.GetValueOrDefault("run.oci.keep_original_groups") is not (null or "0" or "false");
}
