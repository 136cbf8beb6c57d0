namespace Conex.Bench;

/// <summary>What is measured: the steps that one run of it takes.</summary>
/// <param name="Cgroups">
/// What these were charged (cpuacct or v2) is the CPU time of a step, less what this process took, which is in one of them; without any it
/// is the command's and its children's.
/// </param>
/// <remarks>
/// Steps are parted by " ; ". One that begins with "LABEL: " is measured, as is a lone one; the others only run. A step is a command, split
/// at blanks, or one of <see cref="BuiltIn"/>; %d in it is the run's number.
/// </remarks>
internal sealed record Subject(string Name, string[] Cgroups, Step[] Steps)
{
    internal static Subject Parse(string text)
    {
        int equals = text.IndexOf('=');
        string[] head = text[..equals].Split('@', 2);
        Step[] steps = [.. text[(equals + 1)..].Split(" ; ").Select(Step.Parse)];
        if (steps is [{ Label: null } lone])
        {
            steps = [lone with { Label = "" }];
        }
        return new Subject(head[0], head.Length == 1 ? [] : head[1].Split(','), steps);
    }
}
