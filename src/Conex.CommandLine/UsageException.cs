namespace Conex.CommandLine;

/// <summary>The command line cannot be understood; the message tells the user how to write it.</summary>
public sealed class UsageException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="reason">The first sentence: what is wrong.</param>
    /// <param name="message">The whole text for the user: the reason, the usage line and where to read more.</param>
    /// <param name="exitCode">The exit code of the program.</param>
    public UsageException(string reason, string message, int exitCode)
        : base(message)
    {
        Reason = reason;
        ExitCode = exitCode;
    }

    /// <summary>What is wrong, in one sentence.</summary>
    public string Reason { get; }

    /// <summary>The exit code of the program.</summary>
    public int ExitCode { get; }
}
