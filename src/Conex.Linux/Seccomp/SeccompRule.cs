namespace Conex.Linux.Seccomp;

/// <summary>An action for system calls by name. Of several rules for one call the first whose conditions all hold decides.</summary>
/// <param name="Names">The calls. A name that an architecture does not have is ignored for it.</param>
/// <param name="Action">What happens to the calls.</param>
/// <param name="Conditions">All of them must hold; empty: always.</param>
public sealed record SeccompRule(IReadOnlyList<string> Names, SeccompAction Action, IReadOnlyList<SeccompCondition> Conditions)
{
    /// <summary>A rule without conditions.</summary>
    public SeccompRule(IReadOnlyList<string> names, SeccompAction action)
        : this(names, action, []) { }
}
