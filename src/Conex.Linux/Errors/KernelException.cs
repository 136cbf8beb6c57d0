namespace Conex.Linux.Errors;

/// <summary>A system call was refused. The message is a sentence: what was tried, on what, why.</summary>
/// <param name="action">What was tried, in a word or two: <c>open</c>, <c>unmount</c>.</param>
/// <param name="target">The object of the call, usually a path; null when there is none.</param>
/// <param name="error">The kernel's answer.</param>
public sealed class KernelException(string action, string? target, Errno error) : Exception(Describe(action, target, error))
{
    /// <summary>What was tried, in a word or two.</summary>
    public string Action { get; } = action;

    /// <summary>The object of the call; null when there is none.</summary>
    public string? Target { get; } = target;

    /// <summary>The kernel's answer.</summary>
    public Errno Error { get; } = error;

    /// <summary>The kernel's words for <paramref name="error"/> and its name: <c>no such file or directory (ENOENT)</c>.</summary>
    public static string Explain(Errno error)
    {
        string text = System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage((int)error);
        return $"{char.ToLowerInvariant(text[0])}{text.AsSpan(1)} ({error})";
    }

    private static string Describe(string action, string? target, Errno error) =>
        target is null ? $"{action}: {Explain(error)}" : $"{action} {target}: {Explain(error)}";
}
