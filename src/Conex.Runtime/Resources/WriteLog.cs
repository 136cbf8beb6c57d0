using System.Text;
using Conex.Linux.Cgroups;
using Conex.Linux.Errors;

namespace Conex.Runtime.Resources;

/// <summary>What cgroup files held before they were written, so that an update is in force whole or not at all.</summary>
internal sealed class WriteLog(Cgroup cgroup)
{
    private readonly List<(CgroupWrite Write, string Before)> done = [];

    /// <summary>What a file holds now; null when it cannot be read, and then it cannot be put back either.</summary>
    internal string? Read(CgroupWrite write) =>
        cgroup.TryRead(write.Controller, write.File) is { } text ? PreviousValue.Of(write.File, text, write.Value) : null;

    internal void Add(CgroupWrite write, string? before)
    {
        if (before is not null && before != write.Value)
        {
            done.Add((write, before));
        }
    }

    /// <summary>Puts the values back, the last first: each state on the way was in force before.</summary>
    /// <returns>A sentence's end: what became of the other limits.</returns>
    internal string Undo()
    {
        if (done.Count == 0)
        {
            return "";
        }
        var failures = new StringBuilder();
        for (int i = done.Count - 1; i >= 0; i--)
        {
            (CgroupWrite write, string before) = done[i];
            Errno error = cgroup.TryWrite(write.Controller, write.File, before);
            if (error != Errno.None)
            {
                failures.Append($"; {write.File} could not be put back to {before.Trim()}: {KernelException.Explain(error)}");
            }
        }
        return failures.Length > 0 ? failures.ToString() : "; the other limits are as they were before";
    }
}
