namespace Conex.Linux.Seccomp;

/// <summary>System call numbers from <paramref name="First"/> up to the next range that are decided alike; a conditional one is a single number.</summary>
internal readonly record struct CallRange(uint First, SeccompAction Action, bool IsConditional)
{
    internal static CallRange Decided(uint first, SeccompAction action) => new(first, action, false);

    internal static CallRange Conditional(uint number) => new(number, default, true);
}
