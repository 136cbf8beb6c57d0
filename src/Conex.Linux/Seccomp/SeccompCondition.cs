namespace Conex.Linux.Seccomp;

/// <summary>How an argument is compared; all comparisons are unsigned.</summary>
public enum SeccompComparison
{
    /// <summary>argument == value.</summary>
    Equal,

    /// <summary>argument != value.</summary>
    NotEqual,

    /// <summary>argument &lt; value.</summary>
    LessThan,

    /// <summary>argument &lt;= value.</summary>
    LessOrEqual,

    /// <summary>argument &gt; value.</summary>
    GreaterThan,

    /// <summary>argument &gt;= value.</summary>
    GreaterOrEqual,

    /// <summary>(argument &amp; value) == (value two &amp; value): the value is the mask.</summary>
    MaskedEqual,
}

/// <summary>A condition on one argument of a system call.</summary>
/// <remarks>
/// Where the kernel takes only 32 bits of an argument, only these are compared: in all calls of i386, and in the <c>int</c> arguments that
/// <see cref="IntArguments"/> lists. A filter sees the whole register, so that a caller could otherwise get around <c>family != 38</c> with
/// 0x1_0000_0026, which socket(2) takes for 38 (the same mistake as CVE-2019-10063).
/// </remarks>
/// <param name="Argument">Which argument, 0 to 5.</param>
/// <param name="Comparison">How it is compared.</param>
/// <param name="Value">The value, or the mask of <see cref="SeccompComparison.MaskedEqual"/>.</param>
/// <param name="ValueTwo">The value that the masked argument must have.</param>
public sealed record SeccompCondition(int Argument, SeccompComparison Comparison, ulong Value, ulong ValueTwo = 0)
{
    /// <summary>How many arguments a system call has.</summary>
    public const int ArgumentCount = 6;
}
