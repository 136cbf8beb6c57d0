using System.Text;

namespace Conex.Runtime.Monitors;

/// <summary>How far the container is, and the line that says it to the engine.</summary>
internal sealed class MonitorState
{
    private MonitorState(string line) => Line = Encoding.UTF8.GetBytes(line);

    /// <summary>Listening; the container is not started.</summary>
    internal static MonitorState Waiting => new("waiting\n");

    /// <summary>The line, with its newline.</summary>
    internal byte[] Line { get; }

    internal static MonitorState Running(int pid) => new($"running {pid}\n");

    /// <param name="sentence">Without line breaks.</param>
    internal static MonitorState Failed(string sentence) => new($"failed {sentence}\n");

    internal static MonitorState Exited(int code, bool oomKilled) => new($"exited {code} {(oomKilled ? 1 : 0)}\n");
}
