using Conex.Linux.Faults;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Resources;
using Conex.Runtime.State;

namespace Conex.Runtime.Checkpoints;

/// <summary>Brings a container back through criu. Cut anywhere, what is left is found by its state directory and removed by
/// <see cref="ContainerRemoval"/>.</summary>
public static class ContainerRestore
{
    /// <exception cref="InvalidSpecException">The configuration is wrong.</exception>
    /// <exception cref="ContainerStateException">The ID is taken.</exception>
    /// <exception cref="CheckpointException">criu is missing or failed; nothing is left of the container.</exception>
    /// <exception cref="LaunchException">A hook failed; nothing is left of the container.</exception>
    public static RestoredContainer Do(RuntimeContext context, RestoreRequest request)
    {
        Bundle bundle = request.Bundle;
        RuntimeSpec spec = bundle.Spec;
        if (bundle.Rootfs is not null)
        {
            throw new CheckpointException(
                $"bundle {bundle.Path} cannot be restored: its root file system is put together from rootfs.json"
            );
        }
        string rootfs = bundle.RootPath;
        IReadOnlyList<string> descriptors = DescriptorsFile.Read(request.Options.ImagePath);
        var program = CriuProgram.Open(request.Options.Program);
        StateDirectory state = StateDirectory.Create(context.Root, request.Id);
        NewCgroup? cgroup = null;
        ResctrlGroups? groups = null;
        ContainerRecord? record = null;
        RestoreWork? work = null;
        try
        {
            cgroup = NewCgroup.Plan(context, spec, request.Id);
            ContainerRecord plain = NewRecord.Of(bundle.Path, rootfs, spec, NamespaceSet.Parse(spec.Linux), request.Id);
            record = cgroup.Describe(plain);
            state.WriteRecord(record);
            CrashStep.At("runtime.restore.record-written");
            state.WriteConfig(bundle.Config);
            cgroup.Make();
            record = cgroup.Describe(plain);
            if (spec.Linux?.IntelRdt is { } rdt)
            {
                string resctrl = ResctrlGroups.FindRoot();
                groups = ResctrlGroups.Find(rdt, request.Id, resctrl);
                record = record with { ResctrlTasks = groups.Tasks, ResctrlOwned = groups.Owned };
            }
            state.WriteRecord(record);
            groups?.Make(spec.Linux!.IntelRdt!, ResctrlGroups.FindRoot());
            cgroup.Limit();
            work = new RestoreWork(request, program, state, cgroup, record);
            return work.Do(descriptors) with { Warnings = [.. cgroup.Warnings] };
        }
        catch
        {
            ContainerRecord? last = work?.Record ?? record;
            CreationUndo.Do(context, state, cgroup, groups, last, last is { Pid: not 0 } ? last : null);
            state.Dispose();
            throw;
        }
        finally
        {
            cgroup?.Dispose();
        }
    }
}
