using System.Globalization;

namespace Conex.Engine.Monitors;

/// <summary>Where a monitor is.</summary>
internal enum MonitorStage
{
    /// <summary>Nothing was heard yet.</summary>
    Unknown,

    /// <summary>It listens, and starts on request.</summary>
    Waiting,
    Running,
    Failed,
    Exited,
}

/// <summary>A state line of a monitor.</summary>
/// <param name="Pid">Of a running container.</param>
/// <param name="Message">Why the start failed.</param>
internal readonly record struct MonitorState(MonitorStage Stage, int Pid = 0, string Message = "")
{
    /// <summary>Reads <c>waiting</c>, <c>running PID</c>, <c>failed MESSAGE</c> or <c>exited CODE OOM</c>; false for other lines.</summary>
    internal static bool TryParse(string line, out MonitorState state)
    {
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        string word = space < 0 ? line : line[..space];
        string rest = space < 0 ? "" : line[(space + 1)..];
        state = word switch
        {
            "waiting" => new(MonitorStage.Waiting),
            "running" when int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) => new(
                MonitorStage.Running,
                pid
            ),
            "failed" => new(MonitorStage.Failed, Message: rest),
            "exited" => new(MonitorStage.Exited),
            _ => default,
        };
        return state.Stage != MonitorStage.Unknown;
    }
}
