using Conex.Linux.Capabilities;
using Conex.Linux.Errors;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Checkpoints;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Seccomp;

namespace ConexRuntime.Commands;

/// <summary>The features document (runtime-spec features.md): what is done, and nothing else.</summary>
internal static class FeatureList
{
    private const string CheckpointAnnotation = "org.opencontainers.runc.checkpoint.enabled";
    private const string CriuVersionAnnotation = "org.conex.criu.version";

    /// <param name="criu">criu's file; null: the first on PATH.</param>
    internal static Features Current(string? criu) =>
        new()
        {
            OciVersionMin = "1.0.0",
            OciVersionMax = RuntimeSpec.CurrentVersion,
            Hooks = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"],
            MountOptions = MountOptions.Known,
            Linux = new LinuxFeatures
            {
                Namespaces = ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
                Capabilities = CapabilitySet.AllNames,
                Cgroup = new CgroupFeatures
                {
                    V1 = true,
                    V2 = true,
                    Systemd = true,
                    SystemdUser = true,
                    Rdma = true,
                },
                Seccomp = new SeccompFeatures
                {
                    Enabled = true,
                    Actions = SeccompNames.Actions,
                    Operators = SeccompNames.Operators,
                    Archs = SeccompNames.Architectures,
                    KnownFlags = SeccompNames.Flags,
                    SupportedFlags = SeccompNames.Flags,
                },
                Apparmor = new EnabledFeature { Enabled = true },
                Selinux = new EnabledFeature { Enabled = true },
                IntelRdt = new IntelRdtFeatures
                {
                    Enabled = true,
                    Schemata = true,
                    Monitoring = true,
                },
                MemoryPolicy = new MemoryPolicyFeatures { Modes = MemoryPolicySteps.Modes, Flags = MemoryPolicySteps.Flags },
                MountExtensions = new MountExtensionsFeatures { Idmap = new EnabledFeature { Enabled = true } },
                NetDevices = new EnabledFeature { Enabled = true },
            },
            Annotations = Annotations(criu),
            PotentiallyUnsafeConfigAnnotations = ["org.criu.config", "org.systemd.property."],
        };

    /// <summary>Engines look for runc's word before they offer checkpoints.</summary>
    private static Dictionary<string, string> Annotations(string? criu)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [CheckpointAnnotation] = "false" };
        try
        {
            annotations[CriuVersionAnnotation] = CriuProgram.Open(criu).Version.ToString();
            annotations[CheckpointAnnotation] = "true";
        }
        catch (Exception e) when (e is CheckpointException or KernelException)
        {
            // Missing, too old, or broken: checkpoint says which.
        }
        return annotations;
    }
}
