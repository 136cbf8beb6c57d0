using System.Text.RegularExpressions;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Vm;

/// <summary>One boot of the virtual machine of tests/vm, in which all guest tests run, and what each of them said.</summary>
internal sealed class VirtualMachine : IDisposable
{
    /// <summary>The collection of the tests with cgroup v2 alone.</summary>
    internal const string Unified = "virtual machine with cgroup v2";

    /// <summary>The collection of the tests with version 1 hierarchies beside it.</summary>
    internal const string Hybrid = "virtual machine with cgroups of both versions";

    private const int CannotRunHere = 77;
    private static readonly string Tests = Path.Combine(Repository.Root, "tests/vm");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly string share = Directory.CreateTempSubdirectory("conex-test-vm-").FullName;
    private readonly CommandResult result;

    internal VirtualMachine(string collection)
    {
        (string cgroups, string folder) = collection == Hybrid ? ("hybrid", "hybrid") : ("v2", ".");
        Machine.RequireRoot();
        Copy(Path.Combine(Tests, "guest"), $"{share}/guest");
        Copy(Path.Combine(Tests, "guest", folder), $"{share}/guest/{folder}");
        Directory.CreateDirectory($"{share}/product");
        File.Copy(Product.Runtime, $"{share}/product/conex-runtime");
        Directory.CreateDirectory($"{share}/product/crash");
        File.Copy(Product.CrashRuntime, $"{share}/product/crash/conex-runtime");
        foreach (string program in (string[])["conex", "conexd"])
        {
            if (File.Exists($"{Product.Directory}/{program}"))
            {
                File.Copy($"{Product.Directory}/{program}", $"{share}/product/{program}");
            }
        }
        string criu = Path.GetFullPath($"{Criu.Directory}/..");
        if (Directory.Exists(criu))
        {
            RunningProgram.Run("cp", ["--archive", criu, $"{share}/criu"]).Succeeded();
        }
        result = RunningProgram.Run(
            "env",
            [$"CONEX_VM_CGROUPS={cgroups}", $"{Tests}/boot", share, "bash", "guest/main", folder],
            patience: Patience
        );
    }

    /// <summary>The names of the tests, read from the guest's scripts in a folder below tests/vm/guest: <c>test_NAME()</c>.</summary>
    internal static TheoryData<string> NamesIn(string folder) =>
        [
            .. Directory
                .GetFiles(Path.Combine(Tests, "guest", folder), "*.tests")
                .Order(StringComparer.Ordinal)
                .SelectMany(f => Regex.Matches(File.ReadAllText(f), @"(?m)^test_(\w+)\(\)"))
                .Select(m => m.Groups[1].Value),
        ];

    /// <summary>Fails, or skips where no machine can be had, unless the guest said ok.</summary>
    internal void Verify(string name)
    {
        Assert.SkipWhen(result.ExitCode == CannotRunHere, result.Error.TrimEnd('\n').Split('\n')[^1]);
        string[] lines = result.Lines;
        int at = Array.FindIndex(lines, l => l == $"ok {name}" || l == $"not ok {name}" || l == $"skip {name}");
        Assert.True(at >= 0, $"the guest said nothing of {name}:\n{result}");
        IEnumerable<string> details = lines.Skip(at + 1).TakeWhile(l => l.StartsWith('#'));
        Assert.SkipWhen(lines[at].StartsWith("skip", StringComparison.Ordinal), string.Join('\n', details.Select(d => d[2..])));
        Assert.True(lines[at].StartsWith("ok", StringComparison.Ordinal), string.Join('\n', details));
    }

    public void Dispose() => Directory.Delete(share, recursive: true);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, $"{to}/{Path.GetFileName(file)}", overwrite: true);
        }
    }
}
