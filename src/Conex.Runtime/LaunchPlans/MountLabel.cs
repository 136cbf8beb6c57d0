using Conex.Linux.SyscallPrograms;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>linux.mountLabel: the SELinux context of the file systems that are made for a container.</summary>
internal static class MountLabel
{
    /// <summary>crun's choice of what the label stands for.</summary>
    private const string TypeAnnotation = "run.oci.mount_context_type";

    /// <summary>Gives a new file system the label.</summary>
    internal static void Configure(PlanContext context, Register file)
    {
        if (Of(context) is { } label)
        {
            context.Program.Configure(file, Type(context), label);
        }
    }

    /// <summary>The label as text for mount(2), with a comma before it; empty without one.</summary>
    internal static string Data(PlanContext context) => Of(context) is { } label ? $",{Type(context)}=\"{label}\"" : "";

    /// <summary>Labels the root of a file system that takes no such option.</summary>
    internal static void SetOnRoot(PlanContext context, Register mount)
    {
        if (Of(context) is { } label)
        {
            SyscallProgramBuilder program = context.Program;
            program.ChangeDirectory(mount);
            program.SetAttributeHere("security.selinux", label);
            program.ChangeDirectory("/");
        }
    }

    private static string? Of(PlanContext context) => string.IsNullOrEmpty(context.Linux.MountLabel) ? null : context.Linux.MountLabel;

    private static string Type(PlanContext context) =>
        context.Spec.Annotations?.GetValueOrDefault(TypeAnnotation) switch
        {
            null or "" or "context" => "context",
            "fscontext" => "fscontext",
            "defcontext" => "defcontext",
            "rootcontext" => "rootcontext",
            { } other => throw new InvalidSpecException($"annotation {TypeAnnotation}: unknown value \"{other}\""),
        };
}
