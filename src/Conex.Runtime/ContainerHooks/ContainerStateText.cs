using Conex.Oci.RuntimeSpec;
using Conex.Runtime.State;

namespace Conex.Runtime.ContainerHooks;

/// <summary>The container's state as hooks and seccomp agents read it: compact JSON (runtime-spec runtime.md, "State").</summary>
internal static class ContainerStateText
{
    internal static ContainerState Of(ContainerRecord record, string status, int pid) =>
        new()
        {
            OciVersion = record.OciVersion,
            Id = record.Id,
            Status = status,
            Pid = pid,
            Bundle = record.Bundle,
            Annotations = record.Annotations,
        };

    internal static byte[] Utf8(ContainerRecord record, string status, int pid) => Of(record, status, pid).ToUtf8Json();
}
