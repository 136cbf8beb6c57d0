namespace Hello;

/// <summary>The network devices, as /proc/net lists them.</summary>
internal static class NetworkFacts
{
    internal static void Describe(Report report)
    {
        List<string> devices = [];
        foreach (string line in (Report.Read("/proc/net/dev") ?? "").Split('\n'))
        {
            int colon = line.IndexOf(':');
            if (colon > 0)
            {
                devices.Add(line[..colon].Trim());
            }
        }
        report.Fact(
            "network",
            devices switch
            {
                [] => "no devices",
                ["lo"] => "lo alone: it can talk to itself",
                _ => string.Join(' ', devices),
            }
        );
    }
}
