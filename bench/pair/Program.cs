using System.Globalization;

namespace Conex.Bench;

/// <summary>Times whole commands in turn (A B C, A B C, …), so that a machine whose speed drifts is as slow for one as for the other.</summary>
/// <remarks>
/// <c>pair [-n RUNS] [-w WARMUPS] [-s SETTLE] [--cgroups DIR,DIR] NAME=COMMAND …</c>. A command is split at blanks; %d in it is the run's number.
/// Prints one Markdown row a command: minimum and median of wall and CPU time in milliseconds, peak memory, ratios of minima to the first.
/// With --cgroups, CPU time is what these cgroups (cpuacct or v2) were charged during the run and SETTLE milliseconds after it, when daemons
/// clean up; else the process's and its children's.
/// </remarks>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        int runs = 50;
        int warmups = 5;
        int settle = 0;
        string[] cgroups = [];
        List<(string Name, string Command)> commands = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "-n":
                    runs = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "-w":
                    warmups = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "-s":
                    settle = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "--cgroups":
                    cgroups = arguments[++i].Split(',');
                    break;
                default:
                    int equals = arguments[i].IndexOf('=');
                    commands.Add((arguments[i][..equals], arguments[i][(equals + 1)..]));
                    break;
            }
        }
        Sample[][] samples = [.. commands.Select(_ => new Sample[runs])];
        for (int run = -warmups; run < runs; run++)
        {
            for (int c = 0; c < commands.Count; c++)
            {
                Sample sample = Measured.Run(
                    commands[c].Command.Replace("%d", $"{run + warmups}", StringComparison.Ordinal),
                    cgroups,
                    settle
                );
                if (sample.ExitCode != 0)
                {
                    Console.Error.WriteLine($"{commands[c].Name} ended with {sample.ExitCode}: {commands[c].Command}");
                    return 1;
                }
                if (run >= 0)
                {
                    samples[c][run] = sample;
                }
            }
        }
        Console.WriteLine("| command | wall min | wall median | CPU min | CPU median | peak memory | wall ratio | CPU ratio |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        for (int c = 0; c < commands.Count; c++)
        {
            Print(commands[c].Name, samples[c], samples[0]);
        }
        return 0;
    }

    private static void Print(string name, Sample[] samples, Sample[] reference)
    {
        double[] wall = [.. samples.Select(s => s.Wall).Order()];
        double[] cpu = [.. samples.Select(s => s.Cpu).Order()];
        long memory = samples.Max(s => s.PeakKilobytes);
        FormattableString row =
            $"| {name} | {wall[0]:0.00} ms | {wall[wall.Length / 2]:0.00} ms | {cpu[0]:0.00} ms | {cpu[cpu.Length / 2]:0.00} ms | {memory} KB | {wall[0] / reference.Min(s => s.Wall):0.00} | {cpu[0] / reference.Min(s => s.Cpu):0.00} |";
        Console.WriteLine(row.ToString(CultureInfo.InvariantCulture));
    }
}
