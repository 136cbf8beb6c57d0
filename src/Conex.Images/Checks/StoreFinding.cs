namespace Conex.Images.Checks;

/// <summary>Something that is not as it should be.</summary>
/// <param name="Problem">What it is, and of what.</param>
/// <param name="Help">What was done about it, or what helps.</param>
/// <param name="IsRepaired">Whether it is right now.</param>
public sealed record StoreFinding(string Problem, string Help, bool IsRepaired)
{
    /// <summary>One sentence.</summary>
    public override string ToString() => $"{Problem}; {Help}";
}
