using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.LaunchPlans;

/// <summary>A container's start (or an exec) as a program of system calls, with what its starter must know to carry it out.</summary>
public sealed record LaunchPlan
{
    /// <summary>The calls.</summary>
    public required SyscallProgram Program { get; init; }

    /// <summary>The socket between starter and child. From the child: <see cref="Message"/>.</summary>
    public required Register Channel { get; init; }

    /// <summary>The listening start socket, with <see cref="StartGate.Listener"/>.</summary>
    public Register? Listener { get; init; }

    /// <summary>Standard input, output and error, when the starter hands them in.</summary>
    public (Register Input, Register Output, Register Error)? Stdio { get; init; }

    /// <summary>The pidfd of the container's init that an exec joins.</summary>
    public Register? Init { get; init; }

    /// <summary>The cgroup's directory, when the process that goes on as a sibling is born in it.</summary>
    public Register? Cgroup { get; init; }

    /// <summary>The container's mount namespace, where mounts are added or removed.</summary>
    public Register? MountNamespace { get; init; }

    /// <summary>What is added, in the order in which its descriptors come over the channel.</summary>
    public IReadOnlyList<Mount> Added { get; init; } = [];

    /// <summary>The mounts that the starter hands in for their removal.</summary>
    public IReadOnlyList<Register> Mounts { get; init; } = [];

    /// <summary>The container's Linux section, in which the cause of a failure may lie.</summary>
    internal LinuxConfig? Linux { get; init; }

    /// <summary>What sentences about a failure begin with.</summary>
    public string Attempt { get; init; } = "unable to start container process";

    /// <summary>The binds whose sources the starter clones and maps.</summary>
    public IReadOnlyList<IdMappedSource> IdMappedSources { get; init; } = [];

    /// <summary>The tmpfs mounts that the starter fills, in the order in which their descriptors come over the channel.</summary>
    public IReadOnlyList<CopyUp> CopyUps { get; init; } = [];

    /// <summary>What of the configuration the host cannot give and that is no error, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Where the starter's own command line and environment lie, when its copy stays as init and must not show them.</summary>
    public (Register Start, Register Length)? Arguments { get; init; }

    /// <summary>What the hooks that the process runs itself need; null without such.</summary>
    public HookRegisters? Hooks { get; init; }

    /// <summary>What handing a seccomp listener to its agent needs; null where the filter notifies nobody.</summary>
    public AgentRegisters? Agent { get; init; }

    /// <summary>Whether startContainer hooks run before execve(2), which may take as long as they like.</summary>
    public bool RunsStartHooks { get; init; }

    /// <summary>Whether the first process only prepares and names the one that goes on.</summary>
    public bool GoesOnAsSibling { get; init; }

    /// <summary>Whether the payload is in another user namespace than the host's first.</summary>
    public bool IsInUserNamespace { get; init; }

    /// <summary>Whether the process makes its mounts while the starter still works for it.</summary>
    public bool GoesAhead { get; init; }

    /// <summary>Whether the process waits for its cgroups after it made its namespaces.</summary>
    public bool AwaitsCgroups { get; init; }

    /// <summary>Whether the starter writes uid_map and gid_map.</summary>
    public bool NeedsIdMappings { get; init; }

    /// <summary>Whether a terminal's descriptor comes over the channel.</summary>
    public bool SendsTerminal { get; init; }

    /// <summary>The instruction with which looking for the payload's program begins; failures from here on are about the program.</summary>
    public required int ExecutionStart { get; init; }

    /// <summary>Whether the process itself executes that program: neither a child of it that it stays init of, nor nobody.</summary>
    internal bool BecomesPayload => ProgramName.Length > 0 && Arguments is null;

    /// <summary>The first instruction after the gate at which the process waits for start; 0 without one.</summary>
    public int AfterGate { get; init; }

    /// <summary>The payload's program as it was named.</summary>
    public required string ProgramName { get; init; }

    /// <summary>The first byte of what a child says on its channel.</summary>
    public static class Message
    {
        /// <summary>4 bytes at 4 are the number of the process that goes on.</summary>
        public const byte Sibling = (byte)'P';

        /// <summary>The terminal's descriptor comes along.</summary>
        public const byte Terminal = (byte)'T';

        /// <summary>The descriptor of a directory comes along, whose content a tmpfs shall begin with.</summary>
        public const byte CopyFrom = (byte)'C';

        /// <summary>The descriptor of that tmpfs comes along; the process goes on when it is filled.</summary>
        public const byte CopyInto = (byte)'D';

        /// <summary>The descriptor of a mount that is added comes along; the process attaches it when it is written down.</summary>
        public const byte Mount = (byte)'M';

        /// <summary>Everything is set up; the start gate comes next.</summary>
        public const byte Ready = (byte)'R';

        /// <summary>It is the moment for prestart and createRuntime hooks; the child waits for a byte.</summary>
        public const byte RuntimeHooks = (byte)'H';

        /// <summary>The child runs hooks, which may take as long as they like, until <see cref="HooksEnd"/>.</summary>
        public const byte HooksBegin = (byte)'B';

        /// <summary>The hooks of the child have ended.</summary>
        public const byte HooksEnd = (byte)'D';

        /// <summary>The parent-death signal is set; sent to see whether the parent still lives.</summary>
        public const byte Alive = (byte)'A';
    }
}
