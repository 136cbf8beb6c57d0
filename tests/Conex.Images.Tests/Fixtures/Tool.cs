using System.Diagnostics;

namespace Conex.Images.Tests.Fixtures;

/// <summary>A program of the machine that makes archives as the world makes them.</summary>
public static class Tool
{
    public static void Need(params string[] names)
    {
        foreach (string name in names)
        {
            bool isThere = ((string[])["/usr/bin", "/bin", "/usr/sbin", "/sbin"]).Any(directory =>
                File.Exists(Path.Combine(directory, name))
            );
            Assert.SkipUnless(isThere, $"needs {name}, which is not installed");
        }
    }

    public static void Run(string directory, string name, params string[] arguments) =>
        Assert.True(TryRun(directory, name, arguments, out string error), $"{name} {string.Join(' ', arguments)}: {error}");

    public static bool TryRun(string directory, string name, string[] arguments, out string error)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
