using System.Globalization;
using Conex.Linux.Capabilities;
using Conex.Linux.Faults;
using Conex.Linux.Landlock;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Notifications;
using Conex.Runtime.Resources;
using Conex.Runtime.Seccomp;
using Conex.Runtime.State;

namespace Conex.Runtime.Containers;

/// <summary>Brings a container from its bundle to a process. Cut anywhere, what is left is found by its state directory and removed by
/// <see cref="ContainerRemoval"/>.</summary>
public static class ContainerCreation
{
    /// <exception cref="InvalidSpecException">The configuration is wrong.</exception>
    /// <exception cref="ContainerStateException">The ID is taken.</exception>
    /// <exception cref="LaunchException">The process could not be started; nothing is left of it.</exception>
    public static CreatedContainer Create(RuntimeContext context, CreateRequest request)
    {
        Bundle bundle = request.Bundle;
        string rootPath = bundle.RootPath;
        RuntimeSpec spec = request.Activation.AddTo(SeccompNotification.WithReceiver(WithHome(bundle, rootPath)));
        PreservedDescriptors.Check(request.Activation.Count, request.PreservedDescriptors);
        StateDirectory state = StateDirectory.Create(context.Root, request.Id, context.IsRootSticky);
        NewCgroup? cgroup = null;
        ContainerRecord? record = null;
        ContainerRecord? launching = null;
        ResctrlGroups? groups = null;
        NotifyProxy? notify = null;
        try
        {
            NamespaceSet namespaces = NamespaceSet.Parse(spec.Linux);
            cgroup = NewCgroup.Plan(context, spec, request.Id);
            ContainerRecord plain = NewRecord.Of(bundle.Path, rootPath, spec, namespaces, request.Id);
            record = cgroup.Describe(plain);
            state.CreateRecord(record);
            CrashStep.At("runtime.create.record-written");
            if (request.NotifySocket is { } host)
            {
                string directory = state.MakeNotifyDirectory();
                spec = NotifyProxy.AddTo(spec, directory);
                // Before a payload that waits for no start; else the start command listens.
                notify = request.Gate == StartGate.None ? NotifyProxy.Open(host, state.NotifySocket!) : null;
            }
            cgroup.Begin();
            CrashStep.At("runtime.create.cgroup-begun");
            if (cgroup.Describe(plain) is var made && (made.CgroupPaths is not null || made.CgroupsPath != record.CgroupsPath))
            {
                record = made;
                state.WriteRecord(record);
            }
            if (spec.Linux?.IntelRdt is { } rdt)
            {
                string resctrl = ResctrlGroups.FindRoot();
                groups = ResctrlGroups.Find(rdt, request.Id, resctrl);
                record = record with { ResctrlTasks = groups.Tasks, ResctrlOwned = groups.Owned };
                state.WriteRecord(record);
                groups.Make(rdt, resctrl);
            }
            LaunchOptions options = Options(spec, request, cgroup, namespaces);
            bool goesAhead =
                cgroup.OfStarter is not null
                && options is { InUserNamespace: false, IsOrdinaryUser: false }
                && StarterWork.CanWait(spec, namespaces);
            bool partsItself = StarterWork.CanPart(goesAhead, spec, namespaces);
            if (!partsItself)
            {
                cgroup.Complete();
                cgroup.LimitDevices();
            }
            if (!goesAhead)
            {
                cgroup.Limit();
            }
            using var agent = SeccompAgent.TryConnect(spec.Linux, record, request.Gate == StartGate.None ? "creating" : "created");
            LaunchPlan plan = LaunchPlanCompiler.Compile(
                spec,
                options with
                {
                    GoesAhead = goesAhead,
                    PartsItself = partsItself,
                    AgentMessageSize = agent?.LongestMessage ?? 0,
                    FilterCache = state.FilterCache,
                }
            );
            launching = record;
            return Launch(plan, spec, agent, request, state, cgroup, record) with
            {
                Warnings = [.. cgroup.Warnings, .. plan.Warnings],
                Notify = notify,
            };
        }
        catch
        {
            notify?.Dispose();
            CreationUndo.Do(context, state, cgroup, groups, record, launching);
            state.Dispose();
            throw;
        }
        finally
        {
            cgroup?.Dispose();
        }
    }

    private static CreatedContainer Launch(
        LaunchPlan plan,
        RuntimeSpec spec,
        SeccompAgent? agent,
        CreateRequest request,
        StateDirectory state,
        NewCgroup cgroup,
        ContainerRecord record
    )
    {
        using UnixSocket? listener = request.Gate == StartGate.Listener ? UnixSocket.Listen(state.StartSocket, 1) : null;
        LaunchHooks? hooks = LaunchHooks.Of(spec.Hooks, record);
        var inputs = new LaunchInputs
        {
            Hooks = hooks,
            Agent = agent,
            Stdio = plan.Stdio is null ? null : request.Stdio,
            Listener = listener,
            Cgroup = cgroup.OfStarter,
            SystemdCgroup = cgroup.OfStarter is null ? cgroup.Cgroup : null,
            UidMappings = spec.Linux?.UidMappings,
            GidMappings = spec.Linux?.GidMappings,
            OomScoreAdj = spec.Process?.OomScoreAdj,
            OnParting = () =>
            {
                cgroup.Complete();
                cgroup.LimitDevices();
            },
            OnProcess = launched =>
            {
                int pid = launched.Pid;
                CrashStep.At("runtime.create.cloned");
                state.WriteConfig(request.Bundle.Config);
                record = record with { Pid = pid, StartTime = launched.ReadIdentity()?.StartTime ?? 0, StartSteps = StepsAfterGate(plan) };
                state.WriteRecord(record);
                if (plan.GoesAhead)
                {
                    cgroup.Limit();
                }
                cgroup.Enclose(pid);
                CrashStep.At("runtime.create.process-recorded");
                record.Resctrl?.Join(pid);
                NetworkDeviceMove.Do(spec.Linux?.NetDevices, pid);
                hooks?.Describe(record);
                agent?.Describe(pid, pid);
                state.Unlock();
            },
        };
        LaunchedProcess process = Launcher.Start(plan, inputs);
        if (request.Gate != StartGate.None)
        {
            try
            {
                process.AwaitReady();
            }
            catch
            {
                process.Dispose();
                throw;
            }
        }
        return new CreatedContainer(state, record, process, cgroup.Cgroup);
    }

    private static Dictionary<string, string>? StepsAfterGate(LaunchPlan plan)
    {
        if (plan.Listener is null)
        {
            return null;
        }
        var steps = new Dictionary<string, string>(16, StringComparer.Ordinal);
        foreach ((int first, string label) in plan.Program.Steps(plan.AfterGate))
        {
            steps.Add(first.ToString(CultureInfo.InvariantCulture), label);
        }
        return steps;
    }

    private static LaunchOptions Options(RuntimeSpec spec, CreateRequest request, NewCgroup cgroup, NamespaceSet namespaces) =>
        new()
        {
            Bundle = request.Bundle.Path,
            Id = request.Id,
            Rootfs = request.Bundle.Rootfs,
            Gate = request.Gate,
            DieWithParent = request.DieWithParent,
            RedirectStdio = request.Stdio is not null && spec.Process?.Terminal != true,
            PipeStreams = StandardStreams.FindPipes(spec.Process, request.Stdio),
            CaughtSignals = request.CaughtSignals,
            NoPivot = request.NoPivot,
            NoNewKeyring = request.NoNewKeyring,
            PreservedDescriptors = request.Activation.Count + request.PreservedDescriptors,
            KeepGroups = GroupAnnotation.KeepsGroups(spec.Annotations),
            Cgroups = cgroup.Views(),
            SharesCgroup = cgroup.IsShared,
            IsOrdinaryUser = CurrentProcess.EffectiveUser != 0,
            DeniesSetGroups = CurrentProcess.EffectiveUser != 0 && IdMappings.DeniesSetGroups(spec.Linux?.GidMappings ?? []),
            InUserNamespace = !namespaces.Has(NamespaceSet.User) && !UserNamespace.IsInitial,
            IntoCgroup = cgroup.OfStarter?.Directory is not null,
            TaskFiles = cgroup.TaskFiles,
            AvailableCapabilities = CapabilitySet.ReadPermitted(),
            LastCapability = CapabilitySet.ReadLast(),
            LandlockAbi = LandlockSteps.IsAsked(spec.Process, spec) ? LandlockKernel.ReadAbi() : 0,
        };

    /// <summary>HOME is from the image's passwd file when the configuration has none, as runc does.</summary>
    private static RuntimeSpec WithHome(Bundle bundle, string rootPath)
    {
        RuntimeSpec spec = bundle.Spec;
        if (spec.Process is not { } process)
        {
            return spec;
        }
        Func<string> home = () => bundle.Rootfs is null ? HomeDirectory.Find(rootPath, process.User.Uid) : "/";
        return spec with { Process = PayloadEnvironment.Complete(process, home) };
    }
}
