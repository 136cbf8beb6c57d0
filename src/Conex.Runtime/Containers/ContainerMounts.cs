using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.State;

namespace Conex.Runtime.Containers;

/// <summary>Mounts that come and go while a container is there.</summary>
public static class ContainerMounts
{
    /// <summary>Adds mounts to a container that was created, runs or is paused: all of them or none.</summary>
    /// <exception cref="ContainerStateException">There is no such container, or it has stopped.</exception>
    /// <exception cref="InvalidSpecException">A mount is wrong, or cannot be added; nothing was.</exception>
    /// <exception cref="LaunchException">A mount failed, and those before it were taken back.</exception>
    public static void Add(RuntimeContext context, string id, IReadOnlyList<Mount> mounts)
    {
        var container = Container.Open(context, id);
        using var place = MountPlace.Open(container);
        RuntimeSpec spec = container.Spec;
        var options = new LaunchOptions
        {
            Bundle = container.Record.Bundle,
            Id = container.Record.Id,
            IsOrdinaryUser = CurrentProcess.EffectiveUser != 0,
            InUserNamespace = !place.IsInUserNamespace && !UserNamespace.IsInitial,
        };
        LaunchPlan plan = MountPlanCompiler.Add(spec with { Mounts = mounts }, container.Record.Namespaces, options);
        using FileLock serial = container.State.LockMounts();
        IReadOnlyList<AddedMount> before = container.State.ReadMounts();
        List<AddedMount> all = [.. before];
        List<FileHandle> made = [];
        try
        {
            place.Do(
                plan,
                onMount: mount =>
                {
                    made.Add(mount);
                    all.Add(Describe(plan.Added[made.Count - 1], mount));
                    container.State.WriteMounts(all);
                    CrashStep.At("runtime.mounts.recorded");
                }
            );
            CrashStep.At("runtime.mounts.attached");
        }
        catch (Exception failure) when (made.Count > 0)
        {
            try
            {
                place.Do(MountPlanCompiler.TakeBack(container.Record.Namespaces, made.Count, place.Descriptor), made);
                container.State.WriteMounts(before);
            }
            catch (Exception e) when (e is LaunchException or KernelException)
            {
                // What is left is written down, so that mounts remove takes it.
                throw new LaunchException($"{failure.Message}; {e.Message}", 1);
            }
            throw;
        }
        finally
        {
            made.ForEach(mount => mount.Dispose());
        }
    }

    private static AddedMount Describe(Mount added, FileHandle mount) =>
        new()
        {
            Path = ContainerPath.Normalize(added.Destination),
            Id = MountId.Of(mount),
            Source = added.Type == "bind" || MountOptions.Parse(added.Options).Bind ? added.Source : null,
        };

    /// <summary>Removes mounts that were added: all of them or none.</summary>
    /// <param name="destinations">Their mount points as they were named.</param>
    /// <exception cref="ContainerStateException">There is no such container, or it has stopped.</exception>
    /// <exception cref="InvalidSpecException">Nothing was added at one of the mount points.</exception>
    /// <exception cref="LaunchException">What was added is gone, or something covers it; nothing was removed.</exception>
    public static void Remove(RuntimeContext context, string id, IReadOnlyList<string> destinations)
    {
        var container = Container.Open(context, id);
        using var place = MountPlace.Open(container);
        using FileLock serial = container.State.LockMounts();
        List<AddedMount> all = [.. container.State.ReadMounts()];
        SortedSet<int> chosen = [];
        foreach (string destination in destinations)
        {
            string path = ContainerPath.Normalize(destination);
            int last = all.FindLastIndex(mount => mount.Path == path);
            if (last < 0)
            {
                throw new InvalidSpecException($"unmount {path}: nothing was added there by mounts add");
            }
            if (!chosen.Add(last))
            {
                throw new InvalidSpecException($"unmount {path}: it is named twice: remove what was added there one after the other");
            }
        }
        // What was added later may lie on what was added before.
        List<AddedMount> removed = [.. chosen.Reverse().Select(i => all[i])];
        place.Do(MountPlanCompiler.Remove(container.Record.Namespaces, removed, place.Descriptor));
        CrashStep.At("runtime.mounts.detached");
        container.State.WriteMounts([.. all.Where((_, i) => !chosen.Contains(i))]);
    }
}
