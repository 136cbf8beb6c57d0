using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Processes;
using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.ContainerHooks;

/// <summary>The sentence about a hook that failed; it begins with runc's words.</summary>
internal static class HookFailureText
{
    private const string Label = "run ";

    /// <summary>What names a hook: <c>createRuntime hook #0 (/usr/bin/hook)</c>.</summary>
    internal static string Name(string kind, int index, string path) => $"{kind} hook #{index} ({path})";

    /// <summary>The label of a hook's step in a plan.</summary>
    internal static string StepLabel(string kind, int index, string path) => $"{Label}{Name(kind, index, path)}";

    internal static string Describe(string name, string reason, string tail) =>
        tail.Length == 0 ? $"error running {name}: {reason}" : $"error running {name}: {reason}, stderr: {tail}";

    /// <summary>About a hook that the container's process ran.</summary>
    /// <returns>Null when the failure is about something else.</returns>
    internal static string? Explain(string label, ProgramFailure failure)
    {
        if (!label.StartsWith(Label, StringComparison.Ordinal) || !label.Contains(" hook #", StringComparison.Ordinal))
        {
            return null;
        }
        string reason =
            failure.Ended is { } status ? Reason(status)
            : failure.Error == Errno.ETIMEDOUT ? TimedOut
            : KernelException.Explain(failure.Error);
        return Describe(label[Label.Length..], reason, OneLine(failure.Log));
    }

    internal const string TimedOut = "it ran longer than its timeout and was killed";

    internal static string Reason(ExitStatus status) =>
        status.Signal == Signal.None ? $"exit status {status.Code}" : $"killed by {status.Signal}";

    internal static string OneLine(ReadOnlySpan<byte> utf8) => OneLine(Encoding.UTF8.GetString(utf8));

    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char c in text.AsSpan().Trim())
        {
            line.Append(char.IsControl(c) ? ' ' : c);
        }
        return line.ToString();
    }
}
