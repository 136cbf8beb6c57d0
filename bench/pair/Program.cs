using System.Globalization;

namespace Conex.Bench;

/// <summary>
/// Times whole commands in turn (A B C, A B C, …), so that a machine whose speed drifts is as slow for one as for the other.
/// </summary>
/// <remarks>
/// <c>pair [-n RUNS] [-w WARMUPS] [-s SETTLE] [-r REFERENCE] NAME[@CGROUP,CGROUP]=STEPS …</c>, <see cref="Subject"/> says what steps are.
/// Prints one Markdown row for each measured step of each subject: minimum and median of wall and CPU time, and the ratios of minima to the
/// subject REFERENCE (else the first). SETTLE milliseconds follow every step of a subject that names cgroups, in which daemons
/// clean up; the CPU time of these counts.
/// </remarks>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        int runs = 50;
        int warmups = 5;
        int settle = 0;
        string? reference = null;
        List<Subject> subjects = [];
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
                case "-r":
                    reference = arguments[++i];
                    break;
                default:
                    subjects.Add(Subject.Parse(arguments[i]));
                    break;
            }
        }
        if (Measure(subjects, runs, warmups, settle) is string failure)
        {
            Console.Error.WriteLine(failure);
            return 1;
        }
        Table.Print(subjects, subjects.Find(s => s.Name == reference) ?? subjects[0]);
        return 0;
    }

    /// <summary>Fills the samples of all subjects. Returns a sentence if a step fails.</summary>
    private static string? Measure(List<Subject> subjects, int runs, int warmups, int settle)
    {
        for (int run = -warmups; run < runs; run++)
        {
            foreach (Subject subject in subjects)
            {
                foreach (Step step in subject.Steps)
                {
                    string command = step.Command.Replace("%d", $"{run + warmups}", StringComparison.Ordinal);
                    Sample sample = command[0] == '@' ? BuiltIn.Run(command) : Measured.Run(command, subject.Cgroups, settle);
                    if (sample.ExitCode != 0)
                    {
                        return $"{subject.Name} ended with {sample.ExitCode}: {command}";
                    }
                    if (run >= 0)
                    {
                        step.Samples.Add(sample);
                    }
                }
            }
        }
        return null;
    }
}
