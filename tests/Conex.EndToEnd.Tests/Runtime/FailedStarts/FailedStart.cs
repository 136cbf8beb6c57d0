using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime.FailedStarts;

/// <summary>A way to make a start fail, and what the runtime then says.</summary>
/// <param name="Call">The call that is refused; a star stands for any text, null for no word of it.</param>
/// <param name="Object">The step, or what the call was made on; as <paramref name="Call"/>.</param>
/// <param name="Errno">The kernel's answer; null where there is none.</param>
/// <param name="Hint">A part of what helps.</param>
/// <param name="Prepare">Makes the bundle one that fails.</param>
internal sealed record FailedStart(string? Call, string? Object, string? Errno, string Hint, Action<RuntimeHouse, TestBundle> Prepare)
{
    /// <summary>Options of <c>run</c>.</summary>
    internal string[] Options { get; init; } = [];

    /// <summary>A program and arguments that run the runtime in other circumstances.</summary>
    internal string[] Through { get; init; } = [];

    internal int ExitCode { get; init; } = 1;

    /// <summary>Another exit code that is as right, and what the runtime says with it.</summary>
    internal (int ExitCode, string Hint)? Or { get; init; }
}
