using Conex.Linux.Errors;
using Conex.Linux.Processes;

namespace Conex.Runtime.Launch;

/// <summary>What helps when a step of a start is refused.</summary>
/// <param name="Step">What was tried: a step of the launch plan or a call of the starter with its object. A star stands for any text.</param>
/// <param name="Errors">The kernel's answers that it explains.</param>
/// <param name="Text">What helps.</param>
internal readonly record struct LaunchHint(string Step, Errno[] Errors, string Text)
{
    /// <summary>A part of the kernel's own log without which the hint does not hold; null where none is needed.</summary>
    internal string? Log { get; init; }

    /// <summary>Whether it holds only for a container in a user namespace.</summary>
    internal bool InUserNamespace { get; init; }

    /// <summary>Whether it holds only for a starter that is not root.</summary>
    internal bool OfOrdinaryUser { get; init; }

    internal bool Explains(string step, Errno error, string log, bool inUserNamespace) =>
        Array.IndexOf(Errors, error) >= 0
        && (Log is null || log.Contains(Log, StringComparison.Ordinal))
        && (inUserNamespace || !InUserNamespace)
        && Matches(Step, step)
        && (!OfOrdinaryUser || CurrentProcess.EffectiveUser != 0);

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> step)
    {
        int star = pattern.IndexOf('*');
        return star < 0
            ? step.SequenceEqual(pattern)
            : step.Length >= pattern.Length - 1 && step.StartsWith(pattern[..star]) && step.EndsWith(pattern[(star + 1)..]);
    }
}
