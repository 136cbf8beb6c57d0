using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>A place of its own for one test of <c>conex-runtime</c>: state directory, bundles, names. Disposing fails the test when it left
/// anything on the host.</summary>
internal sealed class RuntimeHouse : IDisposable
{
    private readonly LeakCheck leaks;
    private readonly List<TestBundle> bundles = [];

    internal RuntimeHouse()
    {
        Machine.RequireRoot();
        Name = $"conex-test-{RandomNumberGenerator.GetHexString(10, lowercase: true)}";
        Place = $"/var/tmp/{Name}";
        Directory.CreateDirectory(Place);
        // Payloads of any user go through it to what is bound from here.
        File.SetUnixFileMode(Place, (UnixFileMode)0x1ED);
        leaks = new LeakCheck(Name);
    }

    /// <summary>Occurs in every path, ID and environment of this test.</summary>
    internal string Name { get; }

    /// <summary>The test's directory.</summary>
    internal string Place { get; }

    internal string StateRoot => $"{Place}/state";

    /// <summary>The ID of the test's container, where it has one only.</summary>
    internal string Id => $"{Name}-a";

    /// <summary>The program under test; crash tests run another build.</summary>
    internal string Program { get; set; } = Product.Runtime;

    internal LeakCheck Leaks => leaks;

    internal TestBundle NewBundle(string name = "bundle")
    {
        var bundle = new TestBundle($"{Place}/{name}", Name);
        bundles.Add(bundle);
        return bundle;
    }

    /// <summary>Runs a command of the runtime to its end.</summary>
    internal CommandResult Do(params string[] arguments) => RunningProgram.Run(Program, Arguments(arguments));

    /// <inheritdoc cref="Do(string[])"/>
    internal CommandResult DoIn(Action<ProcessStartInfo> configure, params string[] arguments) =>
        RunningProgram.Run(Program, Arguments(arguments), configure);

    /// <summary>Starts a command of the runtime.</summary>
    internal RunningProgram Begin(params string[] arguments) => RunningProgram.Start(Program, Arguments(arguments));

    /// <inheritdoc cref="Begin(string[])"/>
    internal RunningProgram Begin(Action<ProcessStartInfo> configure, string[] arguments) =>
        RunningProgram.Start(Program, Arguments(arguments), configure);

    /// <summary>Runs a bundle in the foreground to its end.</summary>
    internal CommandResult Run(TestBundle bundle, params string[] options)
    {
        bundle.Write();
        return Do(["run", "--bundle", bundle.Path, .. options, Id]);
    }

    /// <summary>Starts a bundle in the foreground and waits until it printed a text.</summary>
    internal RunningProgram BeginRun(TestBundle bundle, string until, params string[] options)
    {
        bundle.Write();
        RunningProgram program = Begin(["run", "--bundle", bundle.Path, .. options, Id]);
        program.WaitForOutput(until);
        return program;
    }

    /// <summary>Creates a container; what it prints later comes from the result.</summary>
    internal RunningProgram Create(TestBundle bundle, params string[] options)
    {
        bundle.Write();
        RunningProgram program = Begin(["create", "--bundle", bundle.Path, .. options, Id]);
        program.WaitForExit().Succeeded();
        return program;
    }

    /// <summary>Creates and starts a container that stays until it is killed.</summary>
    internal void RunDetached(TestBundle bundle)
    {
        bundle.Command("sleep", "1000000");
        using RunningProgram created = Create(bundle);
        Do("start", Id).Succeeded();
    }

    internal CommandResult Exec(params string[] command) => Do(["exec", Id, .. command]);

    internal string Status(string? id = null) => State(id).GetProperty("status").GetString()!;

    internal int InitPid => State().GetProperty("pid").GetInt32();

    internal JsonElement State(string? id = null)
    {
        using var document = JsonDocument.Parse(Do("state", id ?? Id).Succeeded().Output);
        return document.RootElement.Clone();
    }

    internal void WaitForStatus(string status) => Eventually.True(() => Status() == status, $"status {status}");

    /// <summary>The number in a pid-file, which an exec writes once its process runs.</summary>
    internal static int WaitForPid(string file)
    {
        Eventually.True(() => File.Exists(file), $"the pid-file {file}");
        return int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
    }

    /// <summary>Ends and removes the test's container.</summary>
    internal void Remove() => Do("delete", "--force", Id).Succeeded();

    internal string WriteFile(string name, string text) => HouseFiles.Write(Place, name, text);

    /// <summary>A shell script that can be executed.</summary>
    internal string WriteScript(string name, string text) => HouseFiles.WriteScript(Place, name, text);

    public void Dispose()
    {
        List<string> found;
        try
        {
            found = [.. leaks.Find(), .. States().Select(s => $"the state directory {s} is left"), .. bundles.SelectMany(LeftInBundle)];
        }
        finally
        {
            Clean();
        }
        Assert.True(found.Count == 0, $"left behind:\n{string.Join('\n', found)}");
    }

    private static IEnumerable<string> LeftInBundle(TestBundle bundle) =>
        from entry in Directory.EnumerateFileSystemEntries(bundle.Path)
        let name = Path.GetFileName(entry)
        where name is not ("rootfs" or "config.json" or "rootfs.json" or "layers")
        select $"{entry} is left in the bundle";

    private string[] Arguments(string[] arguments) => ["--root", StateRoot, .. arguments];

    // Kept filters are no state: no container's ID has this character.
    private string[] States() =>
        Directory.Exists(StateRoot) ? [.. Directory.GetFileSystemEntries(StateRoot).Where(path => !path.EndsWith("/@seccomp"))] : [];

    /// <summary>What a failed test left must not hinder others.</summary>
    private void Clean()
    {
        foreach (string state in States())
        {
            Do("delete", "--force", Path.GetFileName(state));
        }
        foreach (int pid in leaks.ProcessNumbers().ToList())
        {
            Signals.Send(pid, Signal.SIGKILL);
        }
        Eventually.Becomes(() => !leaks.ProcessNumbers().Any(), TimeSpan.FromSeconds(10));
        foreach (string cgroup in leaks.CgroupDirectories().ToList())
        {
            RunningProgram.Run("rmdir", [cgroup]);
        }
        Directory.Delete(Place, recursive: true);
    }

    /// <summary>Numbers as the kernel's files write them.</summary>
    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
