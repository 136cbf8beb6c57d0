using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Directories and files of the host that are shown in the container.</summary>
internal static class BindSteps
{
    /// <summary>Clones the source of a shared or slave bind while this namespace's mounts are still peers of the host's: a clone that is
    /// made after they are parted would pass on nothing.</summary>
    internal static void CloneShared(PlanContext context, Mount mount, MountOptions options)
    {
        string source = Source(context, mount);
        if (CopiedLink(options, source) is null && IdMap.Of(context, mount, options) is null)
        {
            context.Program.Step($"clone {source} while it is a peer of the host's");
            context.Opened.Add(mount, Clone(context, options, source));
        }
    }

    /// <summary>Clones the source of a bind that is added, where its path leads to what the caller means: on the host.</summary>
    internal static void Open(PlanContext context, Mount mount, MountOptions options, string path)
    {
        string source = Source(context, mount);
        if (IdMap.Of(context, mount, options) is null)
        {
            context.Program.Step($"bind {source} to {path}");
            context.Opened.Add(mount, Clone(context, options, source));
        }
    }

    internal static void Add(PlanContext context, Mount mount, MountOptions options, string path)
    {
        string source = Source(context, mount);
        SyscallProgramBuilder program = context.Program;
        if (CopiedLink(options, source) is { } link)
        {
            CopyLink(context, link, path);
            return;
        }
        program.Step($"bind {source} to {path}");
        Register clone = Clone(context, mount, options, source, path);
        // What the starter cloned is still a peer of the host's.
        if (options.PassesOn || !context.IsPrivate || IdMap.Of(context, mount, options) is not null)
        {
            program.SetMountAttributes(
                clone,
                MountAttributes.None,
                MountAttributes.None,
                options.PassesOn ? options.Propagation : Propagation.Private,
                recursive: options.Recursive
            );
        }
        if (!options.Own.IsEmpty)
        {
            program.SetMountAttributes(clone, options.Own.Set, options.Own.Clear, Propagation.Unchanged, recursive: false);
        }
        if (context.IsInUserNamespace && options.Recursive && ShowsCgroups(source) && options.Own.Set.HasFlag(MountAttributes.ReadOnly))
        {
            // Option ro is for the topmost mount; the cgroups of the user below /sys must not be writable in the container (CVE-2023-25809).
            program.SetMountAttributes(clone, MountAttributes.ReadOnly, MountAttributes.None, Propagation.Unchanged, recursive: true);
        }
        if (!options.Tree.IsEmpty)
        {
            program.SetMountAttributes(clone, options.Tree.Set, options.Tree.Clear, Propagation.Unchanged, recursive: true);
        }
        bool isDirectory = PathAt.Status(source, !options.SourceNoFollow)?.IsDirectory ?? true;
        InRoot.Attach(context, clone, path, isDirectory, follow: !options.DestinationNoFollow);
        context.OwnTrees.AddForeign(path);
        if (options.Propagation == Propagation.Unbindable)
        {
            MountSteps.Propagate(program, clone, options);
        }
    }

    private static Register Clone(PlanContext context, Mount mount, MountOptions options, string source, string path)
    {
        if (IdMap.Of(context, mount, options) is { } map)
        {
            Register mapped = context.Program.Register($"idmapped{context.IdMappedSources.Count}");
            // Without an option, mappings hold for as much as is bound.
            bool mapRecursive = options.IdMap is null ? options.Recursive : options.IdMapRecursive;
            context.IdMappedSources.Add(
                new IdMappedSource(mapped, source, path, options.Recursive, !options.SourceNoFollow, map, mapRecursive)
            );
            return mapped;
        }
        return context.Opened.TryGetValue(mount, out Register opened) ? opened : Clone(context, options, source);
    }

    private static Register Clone(PlanContext context, MountOptions options, string source) =>
        context.Program.CloneMount(FileCalls.WorkingDirectory, source, options.Recursive, follow: !options.SourceNoFollow);

    /// <summary>The target of the link that stands for the bind, or null when there is to be a mount.</summary>
    private static string? CopiedLink(MountOptions options, string source) =>
        options.CopySymbolicLink && PathAt.Status(source, follow: false) is { Kind: FileKind.SymbolicLink }
            ? PathAt.ReadLink(PathAt.Current, source)
            : null;

    private static void CopyLink(PlanContext context, string target, string path)
    {
        SyscallProgramBuilder program = context.Program;
        program.Step($"link {path} to {target}");
        Register parent = InRoot.Parent(context, path);
        string name = path[(path.LastIndexOf('/') + 1)..];
        program.MakeSymbolicLink(parent, name, target);
        program.RequireSymbolicLink(parent, name, target, Errno.EEXIST);
    }

    private static bool ShowsCgroups(string source) => ContainerPath.Normalize(source) is "/sys" or "/sys/fs" or "/sys/fs/cgroup";

    private static string Source(PlanContext context, Mount mount)
    {
        string source = mount.Source ?? throw new InvalidSpecException($"bind mount {mount.Destination} has no source");
        return source.StartsWith('/') ? source : $"{context.Options.Bundle}/{source}";
    }
}
