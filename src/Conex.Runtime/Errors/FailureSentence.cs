using Conex.Linux.Errors;
using Conex.Runtime.Launch;

namespace Conex.Runtime.Errors;

/// <summary>What a user is told of an error: its message, and what helps where that is known.</summary>
public static class FailureSentence
{
    /// <summary>The message of an error that ended a command.</summary>
    public static string Of(Exception e) =>
        e is KernelException kernel
        && LaunchHints.Find(kernel.Target is null ? kernel.Action : $"{kernel.Action} {kernel.Target}", kernel.Error) is { } hint
            ? $"{e.Message} ({hint})"
            : e.Message;
}
