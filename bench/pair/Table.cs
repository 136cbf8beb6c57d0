using System.Globalization;

namespace Conex.Bench;

/// <summary>Samples as a Markdown table.</summary>
internal static class Table
{
    internal static void Print(List<Subject> subjects, Subject reference)
    {
        Console.WriteLine(
            $"| command | wall min | wall median | CPU min | CPU median | wall ratio to {reference.Name} | of medians | CPU ratio |"
        );
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        Step[] measured = [.. reference.Steps.Where(s => s.Label is not null)];
        foreach (Step step in measured)
        {
            foreach (Subject subject in subjects)
            {
                if (Array.Find(subject.Steps, s => s.Label == step.Label) is Step counterpart)
                {
                    Print(measured.Length == 1 ? subject.Name : $"{subject.Name} {step.Label}", counterpart.Samples, step.Samples);
                }
            }
        }
    }

    private static void Print(string name, List<Sample> samples, List<Sample> reference)
    {
        double[] wall = [.. samples.Select(s => s.Wall).Order()];
        double[] cpu = [.. samples.Select(s => s.Cpu).Order()];
        double[] otherWall = [.. reference.Select(s => s.Wall).Order()];
        int middle = wall.Length / 2;
        string[] cells =
        [
            name,
            .. new[] { wall[0], wall[middle], cpu[0], cpu[middle] }.Select(t =>
                string.Create(CultureInfo.InvariantCulture, $"{t:0.00} ms")
            ),
            .. new[] { wall[0] / otherWall[0], wall[middle] / otherWall[middle], cpu[0] / reference.Min(s => s.Cpu) }.Select(r =>
                r.ToString("0.00", CultureInfo.InvariantCulture)
            ),
        ];
        Console.WriteLine($"| {string.Join(" | ", cells)} |");
    }
}
