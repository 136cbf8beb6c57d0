using Conex.Linux.Errors;

namespace Conex.Linux.Seccomp;

/// <summary>Which system calls a process may make: what <see cref="SeccompCompiler"/> turns into a filter.</summary>
/// <remarks>
/// What no rule decides: calls of an architecture that is not listed kill the process. When the default is an errno, numbers that no table knows
/// get ENOSYS, so that a libc which tries a new call falls back to an older one. x32 is refused in every policy, by the default when that is
/// fatal and by ENOSYS otherwise: its calls are x86_64's under other numbers, so rules would not meet them.
/// </remarks>
public sealed record SeccompPolicy
{
    /// <summary>What happens to calls that no rule matches.</summary>
    public required SeccompAction DefaultAction { get; init; }

    /// <summary>The architectures whose calls the rules are for.</summary>
    public IReadOnlyList<SeccompArchitecture> Architectures { get; init; } = [SeccompArchitecture.X86_64];

    /// <summary>The rules, in order.</summary>
    public IReadOnlyList<SeccompRule> Rules { get; init; } = [];

    /// <summary>How the filter is to be installed.</summary>
    public SeccompFilterFlags Flags { get; init; }

    /// <summary>What happens to numbers that no system call table knows.</summary>
    internal SeccompAction UnknownNumberAction => DefaultAction.IsFail ? SeccompAction.Fail(Errno.ENOSYS) : DefaultAction;

    /// <summary>What happens to x32 calls.</summary>
    internal SeccompAction X32Action => DefaultAction.IsFatal ? DefaultAction : SeccompAction.Fail(Errno.ENOSYS);
}
