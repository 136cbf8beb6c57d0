using Conex.Linux.Errors;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Whether an instruction is carried out, by an earlier result.</summary>
/// <param name="Error">For <see cref="Condition.FailedWith"/>: with which error.</param>
public readonly record struct Guard(Register Register, Condition Condition, Errno Error = Errno.None)
{
    /// <summary>When the earlier call succeeded.</summary>
    public static Guard Succeeded(Register register) => new(register, Condition.Succeeded);

    /// <summary>When the earlier call failed with one of its allowed errors.</summary>
    public static Guard Failed(Register register) => new(register, Condition.Failed);

    /// <summary>When the earlier call failed with just this error.</summary>
    public static Guard FailedWith(Register register, Errno error) => new(register, Condition.FailedWith, error);

    /// <summary>When the earlier call returned 0, as clone(2) does in the child and poll(2) after its time.</summary>
    public static Guard Zero(Register register) => new(register, Condition.Zero);

    /// <summary>When the earlier call returned more than 0, as clone3(2) does in the parent.</summary>
    public static Guard Positive(Register register) => new(register, Condition.Positive);
}

/// <summary>What a <see cref="Guard"/> asks of its register.</summary>
public enum Condition : byte
{
    Always,
    Succeeded,
    Failed,
    FailedWith,
    Positive,

    /// <summary>To the interpreter the same as <see cref="FailedWith"/> no error.</summary>
    Zero,
}
