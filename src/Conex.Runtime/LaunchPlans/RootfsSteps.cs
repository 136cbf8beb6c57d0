using System.Globalization;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Rootfs;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Puts the root file system together in the new mount namespace, and pivots to it.</summary>
internal static class RootfsSteps
{
    // Above what a starter hands in.
    private const int FirstLegacyLayer = 512;

    /// <summary>The host's mounts become private to this namespace: nothing made here is seen outside, nothing made outside comes in
    /// unless the configuration wants it (mount_namespaces(7)).</summary>
    internal static void Detach(PlanContext context)
    {
        context.Program.Step("part this namespace's mounts from the host's");
        context.Program.SetPropagation("/", PartedAs(context.Linux));
    }

    /// <summary>How all mounts of the new namespace relate to the host's.</summary>
    internal static Propagation PartedAs(LinuxConfig linux) =>
        Wanted(linux) is Propagation.Shared or Propagation.Slave ? Propagation.Slave : Propagation.Private;

    /// <summary>Mounts the root file system on the bundle's rootfs directory and keeps its descriptor.</summary>
    internal static void Assemble(PlanContext context)
    {
        string target = Target(context);
        if (context.Options.Rootfs is { } assembly)
        {
            context.Root = assembly.Strategy switch
            {
                RootfsAssembly.Overlay or RootfsAssembly.OverlayOfMounts => Overlay(context, assembly, target),
                RootfsAssembly.LegacyOverlay => LegacyOverlay(context, assembly, target),
                { } other => throw new InvalidSpecException($"rootfs.json: unknown strategy \"{other}\""),
            };
            return;
        }
        SyscallProgramBuilder program = context.Program;
        program.Step($"mount the root file system {target}");
        Register root = program.CloneMount(FileCalls.WorkingDirectory, target, recursive: true);
        program.MoveMount(root, FileCalls.WorkingDirectory, target);
        context.Root = root;
    }

    /// <summary>Makes the assembled tree the root and lets the host's go.</summary>
    internal static void Pivot(PlanContext context)
    {
        SyscallProgramBuilder program = context.Program;
        bool readOnly = context.Spec.Root?.Readonly == true;
        if (readOnly)
        {
            program.Step("make the root read-only");
            program.SetMountAttributes(
                context.Root,
                MountAttributes.ReadOnly,
                MountAttributes.None,
                Propagation.Unchanged,
                recursive: false
            );
        }
        program.Step(context.Options.NoPivot ? "move the root file system to /" : "pivot to the root file system");
        program.ChangeDirectory(context.Root);
        if (context.Options.NoPivot)
        {
            program.MoveRootHere(context.Root);
        }
        else
        {
            program.PivotHere();
            program.DetachHere();
        }
        program.ChangeDirectory("/");
        Propagation wanted = Wanted(context.Linux);
        if (wanted is not (Propagation.Unchanged or Propagation.Private))
        {
            program.Step($"set the propagation {context.Linux.RootfsPropagation} of the root");
            program.SetPropagation("/", wanted, recursive: context.Linux.RootfsPropagation!.StartsWith('r'));
        }
    }

    /// <summary>The propagation that the configuration names. Shared and slave let mounts of the host in; shared passes the container's
    /// own on to the namespaces made from it, never to the host.</summary>
    private static Propagation Wanted(LinuxConfig linux) =>
        linux.RootfsPropagation switch
        {
            null or "" => Propagation.Unchanged,
            "private" or "rprivate" => Propagation.Private,
            "slave" or "rslave" => Propagation.Slave,
            "shared" or "rshared" => Propagation.Shared,
            "unbindable" or "runbindable" => Propagation.Unbindable,
            { } other => throw new InvalidSpecException($"linux.rootfsPropagation: unknown value \"{other}\""),
        };

    private static string Target(PlanContext context)
    {
        string path = context.Spec.Root?.Path ?? throw new InvalidSpecException("config.json has no root.path");
        return path.StartsWith('/') ? path : $"{context.Options.Bundle}/{path}";
    }

    private static Register Overlay(PlanContext context, RootfsAssembly assembly, string target)
    {
        SyscallProgramBuilder program = context.Program;
        program.Step("assemble the root file system from its layers");
        Register overlay = program.OpenFileSystem("overlay");
        foreach (string lower in assembly.Lowers)
        {
            if (assembly.DescriptorOf(lower) is { } descriptor)
            {
                program.ConfigureDescriptor(overlay, "lowerdir+", descriptor);
            }
            else
            {
                program.Configure(overlay, "lowerdir+", lower);
            }
        }
        program.Configure(overlay, "upperdir", assembly.Upper);
        program.Configure(overlay, "workdir", assembly.Work);
        foreach ((string key, string? value) in OverlayDefaults)
        {
            program.Configure(overlay, key, value);
        }
        MountLabel.Configure(context, overlay);
        program.CreateSuperblock(overlay);
        Register root = program.MountFileSystem(overlay, MountAttributes.None);
        program.MoveMount(root, FileCalls.WorkingDirectory, target);
        return root;
    }

    /// <summary>Directories are named by descriptors with fixed numbers: all options of mount(2) must fit into one page, and names may hold no comma
    /// or colon.</summary>
    private static Register LegacyOverlay(PlanContext context, RootfsAssembly assembly, string target)
    {
        const int pageSize = 4096;
        SyscallProgramBuilder program = context.Program;
        program.Step("assemble the root file system from its layers");
        int count = 0;
        string data =
            $"lowerdir={string.Join(':', assembly.Lowers.Select(Name))},upperdir={Name(assembly.Upper)},workdir={Name(assembly.Work)},"
            + string.Join(',', OverlayDefaults.Select(option => $"{option.Key}={option.Value}"))
            + MountLabel.Data(context);
        if (data.Length >= pageSize)
        {
            throw new InvalidSpecException($"rootfs.json: {assembly.Lowers.Count} layers do not fit into the options of one mount(2)");
        }
        program.Mount("overlay", target, "overlay", 0, data);
        return program.Open(FileCalls.WorkingDirectory, target, OpenMode.Path | OpenMode.Directory, ResolveRules.NoMagicLinks);

        string Name(string directory)
        {
            int number = FirstLegacyLayer + count++;
            Register opened = program.Open(
                FileCalls.WorkingDirectory,
                directory,
                OpenMode.Path | OpenMode.Directory,
                ResolveRules.NoMagicLinks
            );
            program.DuplicateOnto(opened, number);
            program.Close(opened);
            return string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{number}");
        }
    }

    /// <summary>Kernels are built with different defaults; a container's tree must not depend on them.</summary>
    private static readonly (string Key, string? Value)[] OverlayDefaults =
    [
        ("redirect_dir", "nofollow"),
        ("metacopy", "off"),
        ("index", "off"),
        ("xino", "off"),
    ];
}
