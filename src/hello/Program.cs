namespace Hello;

/// <summary>The program of the image that every Conex carries: greets, and shows from the inside what contains it.</summary>
internal static class Program
{
    private static int Main()
    {
        var report = new Report();
        report.Line("Hello from a Conex container!");
        report.Line("");
        report.Line("This is one static C# program in an image of its own. What it can see from in here:");
        report.Line("");
        ProcessFacts.Describe(report);
        NamespaceFacts.Describe(report);
        PrivilegeFacts.Describe(report);
        CgroupFacts.Describe(report);
        MountFacts.Describe(report);
        NetworkFacts.Describe(report);
        report.Line("");
        report.Line("Run it under other flags and see the difference:");
        report.Line("  conex run --rm --memory 64m --cpus 0.5 --pids-limit 20 hello");
        report.Line("  conex run --rm --read-only --cap-drop ALL --security-opt no-new-privileges hello");
        report.Line("  conex run --rm --network host --hostname lighthouse hello");
        report.Line("  conex run --rm --privileged hello");
        report.Print();
        return 0;
    }
}
