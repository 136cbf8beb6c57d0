using System.Diagnostics;
using System.Text;
using Conex.Linux.Cgroups;

namespace Conex.Linux.Tests.Cgroups;

/// <summary>A cgroup of its own for one test on the machine's real hierarchies; ended, removed and checked at the end.</summary>
internal sealed class TestCgroup : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<Process> started = [];

    internal TestCgroup(CgroupHost host)
    {
        Group = Cgroup.Create(host, $"/conex-test-{Random.Shared.Next():x8}/box");
    }

    internal Cgroup Group { get; }

    /// <summary>The machine as it is, or only its hierarchies of one version.</summary>
    internal static CgroupHost Host(CgroupMode mode)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to create cgroups");
        CgroupHost real = CgroupHost.Detect();
        if (real.Mode == mode)
        {
            return real;
        }
        Assert.SkipUnless(real.Mode == CgroupMode.Hybrid, $"this machine's cgroups are {real.Mode}, not {mode} or hybrid");
        IEnumerable<string> lines = File.ReadLines("/proc/self/mountinfo")
            .Where(line => line.Contains(mode == CgroupMode.V2 ? " - cgroup2 " : " - cgroup ", StringComparison.Ordinal));
        return CgroupHost.Parse(Encoding.UTF8.GetBytes(string.Join('\n', lines)), File.ReadAllBytes("/proc/self/cgroup"));
    }

    /// <summary>Starts a shell in the cgroup that waits for a line before it runs the script.</summary>
    internal Process Start(string script)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-c", $"read line; {script}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(info)!;
        started.Add(process);
        Group.AddProcess(process.Id);
        return process;
    }

    /// <summary>Runs a script in the cgroup and returns what it prints.</summary>
    internal string Run(string script)
    {
        Process process = Start(script);
        process.StandardInput.WriteLine();
        string output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return output;
    }

    public void Dispose()
    {
        Group.Kill(Patience);
        Group.Delete(Patience);
        foreach (string path in Group.Paths.Values)
        {
            Assert.False(Directory.Exists(path), $"{path} is still there");
            Directory.Delete(Path.GetDirectoryName(path)!);
        }
        Group.Dispose();
        foreach (Process process in started)
        {
            process.WaitForExit();
            process.Dispose();
        }
    }
}
