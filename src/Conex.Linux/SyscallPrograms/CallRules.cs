using Conex.Linux.Errors;

namespace Conex.Linux.SyscallPrograms;

/// <summary>What may happen at a call without ending the program.</summary>
public readonly record struct CallRules
{
    /// <summary>Errors that are results like others; the register holds them negated.</summary>
    public ReadOnlyMemory<Errno> Allowed { get; init; }

    /// <summary>Any error is a result like others.</summary>
    public bool AllowAll { get; init; }

    /// <summary>The only result that is right, e.g. 1 for a synchronising read of one byte; null for any that is no error.</summary>
    public int? Expected { get; init; }

    /// <summary>A file system context (fsopen(2)) whose log explains a failure of this call.</summary>
    public Register? Log { get; init; }

    /// <summary>The exit code of the child when this call fails; 1 when not given.</summary>
    public int ExitCode { get; init; }

    /// <summary>These errors are results like others.</summary>
    public static CallRules Allow(params Errno[] errors) => new() { Allowed = errors };
}
