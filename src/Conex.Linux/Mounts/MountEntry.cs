namespace Conex.Linux.Mounts;

/// <summary>One line of a mount table (proc_pid_mountinfo(5)).</summary>
/// <param name="Id">The mount's number, as fdinfo names it too.</param>
/// <param name="Device">The file system's device: <c>major:minor</c>.</param>
/// <param name="Root">What of the file system is shown.</param>
/// <param name="Point">Where.</param>
/// <param name="Type">The file system's type.</param>
public sealed record MountEntry(string Id, string Device, string Root, string Point, string Type);
