using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Seccomp;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Compiles a container's configuration to the program that its first process carries out. Pure but for looking at the sources
/// of binds: file or directory.</summary>
public static class LaunchPlanCompiler
{
    /// <summary>CLONE_NEW* flags that clone3(2) sets: a cgroup namespace must be made after the process joined its cgroup.</summary>
    private const ulong ClonedNamespaces = ~NamespaceSet.Cgroup;

    /// <exception cref="InvalidSpecException">The configuration is wrong, or asks for what cannot be had.</exception>
    /// <exception cref="LaunchException">The program cannot be found whatever the root holds: PATH is empty.</exception>
    public static LaunchPlan Compile(RuntimeSpec spec, LaunchOptions options)
    {
        Process process = spec.Process ?? throw new InvalidSpecException("config.json has no process");
        string name = ProgramName(process);
        NamespaceSet namespaces = NamespaceSet.Parse(spec.Linux);
        Validate(spec, namespaces, options);
        var context = new PlanContext(spec, options, namespaces);
        SyscallProgramBuilder program = context.Program;
        Register channel = program.Register("channel");
        context.Channel = channel;
        Register? listener = options.Gate == StartGate.Listener ? program.Register("listener") : null;
        (Register, Register, Register)? stdio = options.RedirectStdio
            ? (program.Register("stdin"), program.Register("stdout"), program.Register("stderr"))
            : null;
        HookRegisters? hooks = HookSteps.Registers(context);
        AgentRegisters? agent = AgentSteps.Registers(program, spec.Linux);

        bool viaSibling = namespaces.Joined.Count > 0 || spec.Linux?.TimeOffsets is { Count: > 0 };
        ulong cloneFlags = namespaces.Created & ClonedNamespaces;
        Register? cgroup = viaSibling && options.IntoCgroup ? program.Register("cgroup") : null;
        if (options.PartsItself)
        {
            cloneFlags = StarterWork.PartMeanwhile(program, cloneFlags, channel);
        }
        CgroupJoin.Add(program, options.TaskFiles);
        if (viaSibling)
        {
            cloneFlags = JoinNamespaces(context, cloneFlags, channel, cgroup);
        }

        var confinement = ConfinementSteps.Prepare(program, process, spec, options);
        if (!options.GoesAhead)
        {
            program.Step("wait for the ID mappings and the starter's records");
            program.Await(channel);
        }
        BeginLife(context, confinement);
        MountSteps.CloneShared(context);
        RootfsSteps.Detach(context);
        RootfsSteps.Assemble(context);
        MountSteps.Add(context);
        DeviceSteps.Add(context);
        if (process.Terminal)
        {
            Register terminal = TerminalSteps.Open(program, process, context.Root, channel);
            context.Terminal = terminal;
            if (context.FillsDevices)
            {
                TerminalSteps.AddConsole(context, terminal);
            }
        }
        ProtectionSteps.SetParameters(context);
        ProtectionSteps.MakeReadOnly(context);
        ProtectionSteps.Mask(context);
        if (options.GoesAhead)
        {
            program.Step("wait for the starter's records and limits");
            program.Await(channel);
        }
        HookSteps.AddCreate(context, channel, hooks);
        RootfsSteps.Pivot(context);
        Identify(context);
        LimitSteps.Add(program, process, options);
        LimitSteps.SetPersonality(program, spec.Linux?.Personality);
        MemoryPolicySteps.Add(program, spec.Linux?.MemoryPolicy);
        TerminalSteps.Attach(program, context.Terminal, stdio);
        TerminalSteps.GiveStreams(program, process, options.PipeStreams);

        Register entered = ExecutionSteps.EnterDirectory(program, process);
        int executionStart = program.Count;
        (string, Register)[] places = ExecutionSteps.Find(program, process, name);
        program.Step("check the working directory");
        program.RequireReachableDirectory();
        confinement.Build(program);
        Wait(program, options.Gate, channel, listener);
        int afterGate = options.Gate == StartGate.None ? 0 : program.Count;
        bool inUserNamespace = context.IsInUserNamespace;
        CredentialSteps.Add(program, process, spec.Linux, options, inUserNamespace, channel, confinement, agent);
        ExecutionSteps.EnterDirectoryAsUser(program, process, entered);
        HookSteps.AddStart(context, hooks);
        (Register, Register)? arguments = null;
        bool staysAsInit = StaysAsInit(spec.Annotations);
        if (staysAsInit)
        {
            program.Step("stay as init of the PID namespace, the payload goes on as its child");
            arguments = (program.Register("arguments"), program.Register("arguments_length"));
            program.StayAsInit("conex-init", arguments.Value);
        }
        ExecutionSteps.Execute(program, process, places);
        return new LaunchPlan
        {
            Program = program.Build(
                viaSibling
                    ? MemorySharing.FlagFor(namespaces.All, staysAsInit: false, spec.Linux)
                    : cloneFlags | MemorySharing.FlagFor(cloneFlags, staysAsInit, spec.Linux)
            ),
            Channel = channel,
            Linux = spec.Linux,
            Listener = listener,
            Stdio = stdio,
            Cgroup = cgroup,
            Arguments = arguments,
            Hooks = hooks,
            Agent = agent,
            RunsStartHooks = spec.Hooks?.StartContainer is { Count: > 0 },
            IdMappedSources = context.IdMappedSources,
            CopyUps = context.CopyUps,
            Warnings = [.. confinement.Warnings, .. CredentialSteps.Warnings(process.Capabilities)],
            GoesOnAsSibling = viaSibling,
            IsInUserNamespace = inUserNamespace,
            GoesAhead = options.GoesAhead,
            AwaitsCgroups = options.PartsItself,
            NeedsIdMappings = namespaces.Creates(NamespaceSet.User),
            SendsTerminal = process.Terminal,
            ExecutionStart = executionStart,
            AfterGate = afterGate,
            ProgramName = name,
        };
    }

    internal static string ProgramName(Process process) =>
        process.Args is { Count: > 0 } args && args[0].Length > 0
            ? args[0]
            : throw new InvalidSpecException("process.args is empty: name the program to run");

    private static void Validate(RuntimeSpec spec, NamespaceSet namespaces, LaunchOptions options)
    {
        int dot = spec.OciVersion.IndexOf('.');
        if (dot < 0 || spec.OciVersion.AsSpan(0, dot) is not "1")
        {
            throw new InvalidSpecException(
                $"ociVersion {spec.OciVersion} is not supported: this runtime knows version 1.x of the specification"
            );
        }
        if (!string.IsNullOrEmpty(spec.Hostname) && !namespaces.Has(NamespaceSet.Uts))
        {
            throw new InvalidSpecException("unable to set hostname without a private UTS namespace");
        }
        if (!string.IsNullOrEmpty(spec.Domainname) && !namespaces.Has(NamespaceSet.Uts))
        {
            throw new InvalidSpecException("unable to set domainname without a private UTS namespace");
        }
        HookSteps.Check(spec);
        UnknownCalls.Check(spec);
        NetDevices.Check(spec.Linux?.NetDevices, namespaces);
        UserNamespaceRules.Check(spec, namespaces, options);
    }

    private static ulong JoinNamespaces(PlanContext context, ulong cloneFlags, Register channel, Register? cgroup)
    {
        SyscallProgramBuilder program = context.Program;
        Register? cgroupNamespace = null;
        foreach ((ulong flag, string path) in context.Namespaces.Joined)
        {
            program.Step($"join the namespace {path}");
            Register descriptor = program.Open(FileCalls.WorkingDirectory, path, Linux.Files.OpenMode.Read, Linux.Files.ResolveRules.None);
            if (flag == NamespaceSet.Cgroup)
            {
                cgroupNamespace = descriptor;
            }
            else
            {
                program.JoinNamespace(descriptor, flag);
            }
        }
        if (context.Linux.TimeOffsets is { Count: > 0 } offsets)
        {
            program.Step("make a time namespace with its offsets");
            program.Unshare(NamespaceSet.Time);
            cloneFlags &= ~NamespaceSet.Time;
            foreach ((string clock, LinuxTimeOffset offset) in offsets)
            {
                Register file = program.Open(
                    FileCalls.WorkingDirectory,
                    "/proc/self/timens_offsets",
                    Linux.Files.OpenMode.Write,
                    Linux.Files.ResolveRules.None
                );
                program.Write(file, $"{clock} {offset.Secs} {offset.Nanosecs}");
            }
        }
        program.Step(ExecPlanCompiler.GoOn);
        program.GoOnAsSibling(cloneFlags, channel, LaunchPlan.Message.Sibling, cgroup);
        if (cgroupNamespace is { } own)
        {
            // From within, the kernel lets nobody into a cgroup who comes from outside (nsdelegate; cgroups(7)).
            program.Step("join the cgroup namespace");
            program.JoinNamespace(own, NamespaceSet.Cgroup);
        }
        return cloneFlags;
    }

    private static void BeginLife(PlanContext context, ConfinementSteps confinement)
    {
        SyscallProgramBuilder program = context.Program;
        if (context.Namespaces.Has(NamespaceSet.User))
        {
            program.Step("become root of the user namespace");
            program.SetGroup(0);
            program.SetUser(0);
        }
        program.Step("begin a session; nobody may look into this process until it is the payload");
        program.MakeUndumpable();
        program.NewSession();
        program.SetUmask(0);
        if (!context.Options.NoNewKeyring)
        {
            confinement.JoinSessionKeyring(program, context.Options.Id);
        }
        if (context.Namespaces.Creates(NamespaceSet.Cgroup))
        {
            program.Step("make a cgroup namespace whose root is the container's cgroup");
            program.Unshare(NamespaceSet.Cgroup);
        }
        if (context.Namespaces.Creates(NamespaceSet.Network))
        {
            program.Step("bring the loopback device up");
            program.RaiseLoopback();
        }
    }

    /// <summary>Whether the process stays as init, and the payload is a child of it.</summary>
    internal static bool StaysAsInit(IReadOnlyDictionary<string, string>? annotations) =>
        annotations?.GetValueOrDefault("org.conex.init") == "true";

    private static void Identify(PlanContext context)
    {
        SyscallProgramBuilder program = context.Program;
        if (!string.IsNullOrEmpty(context.Spec.Hostname))
        {
            program.Step($"set the host name {context.Spec.Hostname}");
            program.SetHostName(context.Spec.Hostname);
        }
        if (!string.IsNullOrEmpty(context.Spec.Domainname))
        {
            program.Step($"set the domain name {context.Spec.Domainname}");
            program.SetDomainName(context.Spec.Domainname);
        }
    }

    private static void Wait(SyscallProgramBuilder program, StartGate gate, Register channel, Register? listener)
    {
        if (gate == StartGate.None)
        {
            return;
        }
        program.Step("say that everything is set up");
        program.Tell(channel, LaunchPlan.Message.Ready);
        program.Step("wait for start");
        if (listener is { } socket)
        {
            Register starter = program.Accept(socket);
            program.ReportTo(starter);
            program.Await(starter);
        }
        else
        {
            program.Await(channel);
        }
    }
}
