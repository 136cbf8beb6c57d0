using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.LaunchPlans;

/// <summary>What the steps of one plan share while it is compiled.</summary>
internal sealed class PlanContext(RuntimeSpec spec, LaunchOptions options, NamespaceSet namespaces)
{
    internal SyscallProgramBuilder Program { get; } = new();

    internal RuntimeSpec Spec { get; } = spec;

    internal LaunchOptions Options { get; } = options;

    internal NamespaceSet Namespaces { get; } = namespaces;

    /// <summary>Whether the container's processes are in another user namespace than the host's first.</summary>
    internal bool IsInUserNamespace => Options.InUserNamespace || Namespaces.Has(NamespaceSet.User);

    /// <summary>The root of the container's tree: every path inside is resolved from here.</summary>
    internal Register Root { get; set; }

    /// <summary>The terminal's container side, when there is one.</summary>
    internal Register? Terminal { get; set; }

    /// <summary>What mounts show, where that was opened in the host's tree before: the sources of shared and slave binds, and all of what is
    /// added to a container that is there.</summary>
    internal Dictionary<Mount, Register> Opened { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether mounts are added to a container that is there; its starter then learns of each before it is attached.</summary>
    internal bool Adds { get; init; }

    /// <summary>What is added, in the order in which it is attached.</summary>
    internal List<Mount> Added { get; } = [];

    /// <summary>The mount of the configuration that the steps now are about.</summary>
    internal Mount? Current { get; set; }

    /// <summary>The file systems that the plan has made so far.</summary>
    internal OwnTrees OwnTrees { get; } = new();

    /// <summary>Whether this namespace's mounts are private from the beginning, and so are their clones.</summary>
    internal bool IsPrivate => !Adds && RootfsSteps.PartedAs(Linux) == Conex.Linux.Mounts.Propagation.Private;

    /// <summary>The binds whose sources the starter clones and maps.</summary>
    internal List<IdMappedSource> IdMappedSources { get; } = [];

    /// <summary>The tmpfs mounts that the starter fills.</summary>
    internal List<CopyUp> CopyUps { get; } = [];

    /// <summary>The socket to the starter.</summary>
    internal Register Channel { get; set; }

    internal LinuxConfig Linux { get; } = spec.Linux ?? new LinuxConfig();

    internal IReadOnlyList<Mount> Mounts { get; } = spec.Mounts ?? [];

    /// <summary>Whether the runtime fills /dev: not when the configuration binds a directory there.</summary>
    internal bool FillsDevices
    {
        get
        {
            foreach (Mount mount in Mounts)
            {
                if (
                    ContainerPath.Normalize(mount.Destination) == "/dev"
                    && (mount.Type == "bind" || MountOptions.Parse(mount.Options).Bind)
                )
                {
                    return false;
                }
            }
            return true;
        }
    }
}
