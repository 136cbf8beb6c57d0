using Conex.Engine.Errors;
using Conex.Engine.Processes;

namespace Conex.Engine.Tests.Processes;

public sealed class ProcessTableTests
{
    [Fact]
    public void A_process_is_read_from_proc()
    {
        ProcessTable table = ProcessRows.Read([Environment.ProcessId, int.MaxValue], TimeProvider.System.GetUtcNow());

        Assert.Equal(["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"], table.Titles);
        IReadOnlyList<string> row = Assert.Single(table.Rows);
        Assert.Equal(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), row[1]);
        Assert.Contains("Conex.Engine.Tests", row[7], StringComparison.Ordinal);
        Assert.Matches("^[0-9]{2,}:[0-9]{2}:[0-9]{2}$", row[6]);
        Assert.Matches("^([0-9]{2}:[0-9]{2}|[A-Z][a-z]{2}[0-9]{2})$", row[4]);
    }

    [Fact]
    public void The_hosts_ps_is_cut_to_the_containers_processes()
    {
        ProcessTable table = HostPs.Parse("  PID USER     COMMAND\n    1 root     init splash\n   42 alice    sleep  9\n", [42]);

        Assert.Equal(["PID", "USER", "COMMAND"], table.Titles);
        Assert.Equal(["42", "alice", "sleep  9"], Assert.Single(table.Rows));
        Assert.Throws<InvalidRequestException>(() => HostPs.Parse("USER\nroot\n", [1]));
    }
}
