using Conex.Linux.Errors;
using Conex.Linux.SyscallPrograms;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Launch;

/// <summary>Turns (instruction, errno) into a sentence: what was tried, on what, why, and what helps.</summary>
internal static class LaunchFailureText
{
    private const string Prefix = "unable to start container process: ";
    private const int NotExecutable = 126;

    internal static LaunchException Explain(LaunchPlan plan, ProgramFailure failure)
    {
        string label = plan.Program.Label(failure.Instruction);
        string call = plan.Program.CallName(failure.Instruction);
        return failure.Instruction >= plan.ExecutionStart && IsAboutProgram(label)
            ? ExplainExecution(plan.ProgramName, call, label, failure.Error)
            : Explain(call, label, failure, plan.IsInUserNamespace);
    }

    /// <summary>Explains a failure after the start gate.</summary>
    /// <param name="steps">What was written down of the plan, by the first instruction of each step.</param>
    internal static LaunchException Explain(IReadOnlyDictionary<string, string>? steps, ProgramFailure failure)
    {
        string label = "go on after the start";
        int nearest = -1;
        foreach ((string first, string text) in steps ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (int.TryParse(first, out int instruction) && instruction <= failure.Instruction && instruction > nearest)
            {
                nearest = instruction;
                label = text;
            }
        }
        return IsAboutProgram(label)
            ? ExplainExecution(label[(label.IndexOf('"') + 1)..^1], null, label, failure.Error)
            : Explain(null, label, failure, inUserNamespace: false);
    }

    private static bool IsAboutProgram(string label) =>
        label.StartsWith("find ", StringComparison.Ordinal) || label.StartsWith("execute ", StringComparison.Ordinal);

    private static LaunchException Explain(string? call, string label, ProgramFailure failure, bool inUserNamespace)
    {
        if (HookFailureText.Explain(label, failure) is { } aboutHook)
        {
            return new LaunchException(aboutHook, 1)
            {
                IsByHook = true,
                Step = label,
                Error = failure.Ended is null ? failure.Error : Errno.None,
            };
        }
        string log = failure.Log.Length == 0 ? "" : $": {LogText(failure.Log)}";
        string hint = RightsHint.Of(label, failure.Error, inUserNamespace);
        hint = hint.Length == 0 ? Hint(label, failure.Error) : hint;
        return new LaunchException(
            $"{Prefix}{label}: {KernelException.Explain(failure.Error)}{log}{(hint.Length == 0 ? "" : $" ({hint})")}",
            1
        )
        {
            Call = call,
            Step = label,
            Error = failure.Error,
        };
    }

    private static LaunchException ExplainExecution(string name, string? call, string label, Errno error)
    {
        (string reason, int exitCode) = error switch
        {
            Errno.ENOENT when !name.Contains('/') => ("executable file not found in $PATH", ExecutionSteps.NotFound),
            Errno.ENOENT => (
                $"stat {name}: no such file or directory (or the interpreter that it names is missing)",
                ExecutionSteps.NotFound
            ),
            Errno.ENOTDIR => ("not a directory", ExecutionSteps.NotFound),
            Errno.EISDIR => ("is a directory", NotExecutable),
            Errno.EACCES => ("permission denied", NotExecutable),
            Errno.ENOEXEC => ("exec format error (built for another architecture, or a script without #!)", NotExecutable),
            _ => (KernelException.Explain(error), NotExecutable),
        };
        return new LaunchException($"{Prefix}exec: \"{name}\": {reason}", exitCode)
        {
            Call = call,
            Step = label,
            Error = error,
        };
    }

    /// <summary>The file system context's log has a line each with a letter for its level before it.</summary>
    private static string LogText(string log) => log.Length > 2 && log[1] == ' ' ? log[2..] : log;

    private static string Hint(string label, Errno error) =>
        (label, error) switch
        {
            (_, Errno.ECANCELED) => "the process that started it is gone",
            (AgentSteps.HandOver, Errno.EAGAIN) => "the agent does not read",
            (AgentSteps.HandOver, Errno.EPIPE) => "the agent is gone",
            ("pivot to the root file system", Errno.EINVAL) =>
                "the host's root is a chroot or the initial ramfs, which cannot be pivoted away from: use --no-pivot",
            ({ } l, Errno.ENOENT) when l.StartsWith("bind ", StringComparison.Ordinal) => "the source does not exist on the host",
            ({ } l, Errno.ENOTDIR or Errno.EINVAL) when l.StartsWith("bind ", StringComparison.Ordinal) =>
                "a directory cannot be bound to a file, nor a file to a directory",
            ({ } l, Errno.EBUSY) when l.StartsWith("assemble ", StringComparison.Ordinal) =>
                "the upper or work directory is in use by another mount",
            ({ } l, Errno.ELOOP) when l.StartsWith("mount ", StringComparison.Ordinal) =>
                "the mount point must be an ordinary directory, the image has a symbolic link there",
            ({ } l, Errno.ENODEV) when l.StartsWith("mount ", StringComparison.Ordinal) => "this kernel does not know the file system",
            ({ } l, Errno.EROFS) when l.StartsWith("mount ", StringComparison.Ordinal) || l.StartsWith("bind ", StringComparison.Ordinal) =>
                "the mount point is missing in a read-only root file system",
            ({ } l, Errno.ENOENT) when l.StartsWith("apply the AppArmor profile ", StringComparison.Ordinal) =>
                "the profile is not loaded: apparmor_parser loads it",
            ({ } l, Errno.EINVAL) when l.StartsWith("apply the AppArmor profile ", StringComparison.Ordinal) =>
                "AppArmor is not active on this host",
            ({ } l, Errno.EINVAL) when l.StartsWith("apply the SELinux label ", StringComparison.Ordinal) =>
                "SELinux is not active on this host, or its policy does not know the label",
            ({ } l, Errno.EINVAL) when l.StartsWith("set the memory policy ", StringComparison.Ordinal) =>
                "the mode takes no nodes or needs some, or none of them is online and allowed for the container",
            ({ } l, Errno.ENOSYS) when l.StartsWith("set the memory policy ", StringComparison.Ordinal) =>
                "this kernel is built without memory policies",
            _ => "",
        };
}
