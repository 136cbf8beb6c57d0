using System.Diagnostics;
using System.Globalization;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Bench.Floor;

/// <summary>
/// Times a whole <c>run</c> of a bundle beside what the kernel alone needs for the same cgroups, namespaces, mounts and program, in turn.
/// </summary>
/// <remarks><c>floor RUNS BUNDLE RUNTIME</c>. Prints a Markdown table.</remarks>
internal static class Program
{
    private const int WarmUps = 5;

    private static int Main(string[] arguments)
    {
        int runs = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        string bundle = Path.GetFullPath(arguments[1]);
        string runtime = arguments[2];
        var bare = new BareStart(bundle);
        List<double> floor = [];
        List<double> whole = [];
        using FileHandle nowhere = PathAt.Open("/dev/null", OpenMode.ReadWrite);
        for (int i = -WarmUps; i < runs; i++)
        {
            double first = Time("the bare start", bare.Run);
            double second = Time(
                runtime,
                () =>
                    ChildProcess
                        .Spawn(runtime, [runtime, "run", "-b", bundle, $"floor-{i}"], null, [nowhere, nowhere, FileHandle.StandardError])
                        .Wait()
            );
            if (i >= 0)
            {
                floor.Add(first);
                whole.Add(second);
            }
        }
        floor.Sort();
        whole.Sort();
        int middle = runs / 2;
        Console.WriteLine("| what | wall min | wall median | ratio of minima | of medians |");
        Console.WriteLine("|---|---|---|---|---|");
        Row("the kernel: cgroups, namespaces, mounts, an empty program", floor[0], floor[middle], 1, 1);
        Row("conex-runtime run", whole[0], whole[middle], whole[0] / floor[0], whole[middle] / floor[middle]);
        return 0;
    }

    private static double Time(string what, Func<ExitStatus> work)
    {
        long begin = Stopwatch.GetTimestamp();
        int code = work().ShellCode;
        double time = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        return code == 0 ? time : throw new InvalidOperationException($"{what} ended with {code}");
    }

    private static void Row(string what, double minimum, double median, double ratio, double ratioOfMedians) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {minimum:0.00} ms | {median:0.00} ms | {ratio:0.00} | {ratioOfMedians:0.00} |"
            )
        );
}
