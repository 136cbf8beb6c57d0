using System.Text.RegularExpressions;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Every operation of the daemon and the monitor can be cut at each of its named steps: the next daemon finishes it or undoes it.</summary>
public sealed partial class CrashStepTests : IDisposable
{
    private readonly EngineHouse house = new() { Programs = Programs.OfCrashBuild };

    /// <summary>The steps that the source names. Those of the runtime's own commands are visited without an engine.</summary>
    public static TheoryData<string> Steps =>
        [
            .. Directory
                .GetDirectories(Path.Combine(Repository.Root, "src"))
                .SelectMany(project => Repository.Sources(Path.GetFileName(project)))
                .SelectMany(file => StepCall().Matches(File.ReadAllText(file)))
                .Select(match => match.Groups[1].Value)
                .Where(step => !step.StartsWith("runtime.", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    public void Dispose() => house.Dispose();

    [Theory]
    [MemberData(nameof(Steps))]
    public void The_next_daemon_finishes_or_undoes_what_was_cut_at(string step)
    {
        CrashScenario? scenario = CrashScenario.For(step);
        Assert.True(scenario is not null, $"no scenario visits the step {step}: add one to {nameof(CrashScenario)}");
        house.Prepare();
        scenario.Prepare(house);
        house.StopDaemon();
        string mark = Arm(step);
        Serve();
        scenario.Act(house);
        Eventually.True(() => LeakCheck.Read(mark).Contains(step, StringComparison.Ordinal), $"the scenario visits {step}");
        // A daemon that is cut in its recovery at the same step has to come further than the one before.
        Serve();
        Disarm();

        house.Do("ps", "-a").Succeeded();
        _ = house.Daemon;
        scenario.Check(house);
    }

    [GeneratedRegex("CrashStep\\.At\\(\"([^\"]+)\"\\)")]
    private static partial Regex StepCall();

    /// <summary>From now on programs end at the step, and conex starts no daemon by itself.</summary>
    private string Arm(string step)
    {
        string mark = $"{house.Place}/visited";
        house.Environment["CONEX_CRASH_AT"] = step;
        house.Environment["CONEX_CRASH_MARK"] = mark;
        house.Environment["CONEX_HOST"] = $"unix://{house.SocketPath}";
        return mark;
    }

    /// <summary>Ends the daemons of the crash build; what follows is the product's.</summary>
    private void Disarm()
    {
        house.Environment.Clear();
        house.KillDaemon();
        house.Programs = Programs.OfProduct;
    }

    /// <summary>Starts a daemon, and waits until it serves or has ended.</summary>
    private void Serve()
    {
        if (house.Daemons().Count > 0)
        {
            return;
        }
        RunningProgram daemon = house.BeginProgram(house.Programs.Conexd);
        Eventually.True(() => daemon.HasExited || house.Do("ps").ExitCode == 0, "the daemon serves or ends");
    }
}
