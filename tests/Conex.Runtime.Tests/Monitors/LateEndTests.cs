namespace Conex.Runtime.Tests.Monitors;

/// <summary>A monitor that nobody knows any more, since its engine was killed before it wrote the start down: it ends when the next run of the container
/// has a directory of the same name.</summary>
public sealed class LateEndTests
{
    [Fact]
    public void The_directory_of_the_next_run_is_left_alone()
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"));
        using Client control = monitor.Control();
        Directory.Delete(monitor.Directory, recursive: true);
        Directory.CreateDirectory(monitor.Directory);
        File.WriteAllText(monitor.Socket, "of the next");
        control.Send("kill 15\n");
        Assert.Contains("failed signal 15 came before the start", control.ReadLines());
        Assert.Equal([monitor.Socket], Directory.GetFileSystemEntries(monitor.Directory));
        Assert.Equal("of the next", File.ReadAllText(monitor.Socket));
    }
}
