using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Compiles an exec: joins the namespaces of a running container, then the same tail as a launch.</summary>
public static class ExecPlanCompiler
{
    /// <summary>The step that enters the container.</summary>
    internal const string Join = "join the container's namespaces";

    /// <summary>The step at which the process is born that becomes the payload, in the container's cgroup of version 2.</summary>
    internal const string GoOn = "go on as a process in the joined namespaces";

    /// <param name="namespaces">CLONE_NEW* flags of the container's own namespaces.</param>
    /// <param name="container">The container's configuration: its filter, execution domain, memory policy and confinement hold for an exec too.</param>
    /// <exception cref="InvalidSpecException">The process is wrong, or asks for what cannot be had.</exception>
    /// <exception cref="LaunchException">The program cannot be found whatever the root holds: PATH is empty.</exception>
    public static LaunchPlan Compile(Process process, ulong namespaces, RuntimeSpec container, LaunchOptions options)
    {
        string name = LaunchPlanCompiler.ProgramName(process);
        var program = new SyscallProgramBuilder();
        Register channel = program.Register("channel");
        Register init = program.Register("init");
        (Register, Register, Register)? stdio = options.RedirectStdio
            ? (program.Register("stdin"), program.Register("stdout"), program.Register("stderr"))
            : null;
        Register? cgroup = options.IntoCgroup ? program.Register("cgroup") : null;
        AgentRegisters? agent = AgentSteps.Registers(program, container.Linux);

        AffinitySteps.Add(program, "initial", process.ExecCpuAffinity?.Initial);
        program.Step("nobody may look into this process until it is the payload");
        program.MakeUndumpable();
        CgroupJoin.Add(program, options.TaskFiles);
        var confinement = ConfinementSteps.Prepare(program, process, container, options);
        program.Step(Join);
        // Into a cgroup only from where both it and the starter's are seen, where the tree is mounted with nsdelegate (cgroups(7)).
        ulong last = cgroup is null ? 0 : namespaces & NamespaceSet.Cgroup;
        program.JoinNamespace(init, namespaces & ~last);
        program.Step(GoOn);
        program.GoOnAsSibling(0, channel, LaunchPlan.Message.Sibling, cgroup);
        if (last != 0)
        {
            program.Step(Join);
            program.JoinNamespace(init, last);
        }
        AffinitySteps.Add(program, "final", process.ExecCpuAffinity?.Final);
        bool inUserNamespace = (namespaces & NamespaceSet.User) != 0;
        if (inUserNamespace)
        {
            program.Step("become root of the user namespace");
            program.SetGroup(0);
            program.SetUser(0);
        }
        program.Step("begin a session");
        program.MakeUndumpable();
        program.NewSession();
        if (!options.NoNewKeyring)
        {
            confinement.JoinSessionKeyring(program, options.Id);
        }
        Register? terminal = process.Terminal ? OpenTerminal(program, process, channel) : null;
        LimitSteps.Add(program, process, options);
        LimitSteps.SetPersonality(program, container.Linux?.Personality);
        MemoryPolicySteps.Add(program, container.Linux?.MemoryPolicy);
        TerminalSteps.Attach(program, terminal, stdio);
        TerminalSteps.GiveStreams(program, process, options.PipeStreams);
        Register entered = ExecutionSteps.EnterDirectory(program, process);
        int executionStart = program.Count;
        (string, Register)[] places = ExecutionSteps.Find(program, process, name);
        program.Step("check the working directory");
        program.RequireReachableDirectory();
        confinement.Build(program);
        program.Step("wait for the starter");
        program.Await(channel);
        CredentialSteps.Add(program, process, container.Linux, options, inUserNamespace, channel, confinement, agent);
        ExecutionSteps.EnterDirectoryAsUser(program, process, entered);
        ExecutionSteps.Execute(program, process, places);
        return new LaunchPlan
        {
            Program = program.Build(MemorySharing.FlagFor(namespaces, staysAsInit: false, container.Linux)),
            Channel = channel,
            Linux = container.Linux,
            Stdio = stdio,
            Init = init,
            Cgroup = cgroup,
            Agent = agent,
            GoesOnAsSibling = true,
            IsInUserNamespace = inUserNamespace,
            SendsTerminal = process.Terminal,
            ExecutionStart = executionStart,
            ProgramName = name,
        };
    }

    private static Register OpenTerminal(SyscallProgramBuilder program, Process process, Register channel)
    {
        Register root = program.Open(
            FileCalls.WorkingDirectory,
            "/",
            Linux.Files.OpenMode.Path | Linux.Files.OpenMode.Directory,
            Linux.Files.ResolveRules.None
        );
        return TerminalSteps.Open(program, process, root, channel);
    }
}
