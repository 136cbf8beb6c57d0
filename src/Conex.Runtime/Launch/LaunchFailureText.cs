using Conex.Linux.Errors;
using Conex.Linux.Processes;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Seccomp;

namespace Conex.Runtime.Launch;

/// <summary>Turns (instruction, errno) into a sentence: what was tried, on what, why, and what helps.</summary>
internal static class LaunchFailureText
{
    private const string Start = "unable to start container process";
    private const string Prefix = $"{Start}: ";
    private const int NotExecutable = 126;

    /// <summary>As the hints' table has it: looking for the program and executing it fail for the same reasons.</summary>
    private const string Execution = "execute it";

    internal static LaunchException Explain(LaunchPlan plan, ProgramFailure failure)
    {
        string label = plan.Program.Label(failure.Instruction);
        string call = plan.Program.CallName(failure.Instruction);
        return failure.Instruction >= plan.ExecutionStart && IsAboutProgram(label)
            ? ExplainExecution(plan.ProgramName, call, label, failure.Error)
            : Explain(call, label, failure, plan.IsInUserNamespace, plan.Attempt);
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
            : Explain(null, label, failure, inUserNamespace: false, Start);
    }

    /// <summary>Explains the end of a process that was killed before it was the payload.</summary>
    /// <param name="status">Null when it is not known.</param>
    /// <param name="oomKills">How often the kernel killed in its cgroup for lack of memory.</param>
    /// <param name="linux">That section of the configuration.</param>
    internal static LaunchException ExplainEnd(ExitStatus? status, ulong oomKills, LinuxConfig? linux)
    {
        string how = status is { Signal: not Signal.None } known ? $"killed by {known.Signal}" : "killed";
        // A fault ends a process that may not even exit.
        bool mayBeByFilter = status is null or { Signal: Signal.SIGSYS or Signal.SIGSEGV };
        string hint =
            oomKills > 0 ? " (the memory limit is too small for the start of a container)"
            : mayBeByFilter && linux is { HasSeccomp: true, Seccomp: { } profile } && !ExecutionRule.Allows(profile)
                ? " (the seccomp profile does not allow execve)"
            : "";
        return new LaunchException($"{Prefix}the process was {how} while it set itself up{hint}", 1);
    }

    private static bool IsAboutProgram(string label) =>
        label.StartsWith("find ", StringComparison.Ordinal) || label.StartsWith("execute ", StringComparison.Ordinal);

    private static LaunchException Explain(string? call, string label, ProgramFailure failure, bool inUserNamespace, string attempt)
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
        return new LaunchException(
            $"{attempt}: {label}: {KernelException.Explain(failure.Error)}{log}{HintText(label, failure.Error, failure.Log, inUserNamespace)}",
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
                $"stat {name}: no such file or directory (or the interpreter or dynamic loader that it names is missing)",
                ExecutionSteps.NotFound
            ),
            Errno.ENOTDIR => ("not a directory", ExecutionSteps.NotFound),
            Errno.EISDIR => ("is a directory", NotExecutable),
            // runc's words, which its callers know.
            Errno.EACCES => ($"permission denied{HintText(Execution, error)}", NotExecutable),
            Errno.ENOEXEC => ($"exec format error{HintText(Execution, error)}", NotExecutable),
            _ => ($"{KernelException.Explain(error)}{HintText(Execution, error)}", NotExecutable),
        };
        return new LaunchException($"{Prefix}exec: \"{name}\": {reason}", exitCode)
        {
            Call = call,
            Step = label,
            Error = error,
        };
    }

    private static string HintText(string step, Errno error, string log = "", bool inUserNamespace = false) =>
        LaunchHints.Find(step, error, log, inUserNamespace) is { } hint ? $" ({hint})" : "";

    /// <summary>The file system context's log has a line each with a letter for its level before it.</summary>
    private static string LogText(string log) => log.Length > 2 && log[1] == ' ' ? log[2..] : log;
}
