namespace Conex.EndToEnd.Tests.Support;

/// <summary>A house whose runtime finds criu, and what tests of checkpoints do in it.</summary>
internal sealed class CheckpointHouse : IDisposable
{
    /// <summary>Counts in the shell's memory; the number is in a file and on standard output.</summary>
    internal const string Counter = "i=0; while :; do i=$((i+1)); echo $i >/count.new; mv /count.new /count; echo $i; sleep 0.02; done";

    internal CheckpointHouse() => Criu.Require();

    internal RuntimeHouse House { get; } = new();

    internal string Id => House.Id;

    internal string Images => $"{House.Place}/images";

    internal CommandResult Do(params string[] arguments) => House.DoIn(Criu.AddTo, arguments);

    internal CommandResult Checkpoint(params string[] options) => Do(["checkpoint", "--image-path", Images, .. options, House.Id]);

    /// <summary>Starts a restore; its standard streams are the container's.</summary>
    internal RunningProgram BeginRestore(TestBundle bundle, params string[] options) =>
        House.Begin(Criu.AddTo, ["restore", "--bundle", bundle.Path, "--image-path", Images, .. options, House.Id]);

    /// <summary>Restores and lets the runtime return; what the container prints later comes from the result.</summary>
    internal RunningProgram Restore(TestBundle bundle, params string[] options)
    {
        RunningProgram program = BeginRestore(bundle, ["--detach", .. options]);
        program.WaitForExit().Succeeded();
        return program;
    }

    /// <summary>Runs a bundle and lets the runtime return.</summary>
    internal RunningProgram Run(TestBundle bundle, params string[] options)
    {
        bundle.Write();
        RunningProgram program = House.Begin(["run", "--detach", "--bundle", bundle.Path, .. options, House.Id]);
        program.WaitForExit().Succeeded();
        return program;
    }

    /// <summary>Runs the counter until it has counted a little.</summary>
    /// <param name="before">What the shell does first.</param>
    internal RunningProgram RunCounter(TestBundle bundle, string before = "")
    {
        RunningProgram program = Run(bundle.Shell($"{before}{Counter}"));
        program.WaitForOutput("\n5\n");
        return program;
    }

    internal static int Count(TestBundle bundle) => int.Parse(File.ReadAllText($"{bundle.Rootfs}/count"));

    /// <summary>Checks that the counter's next number is the one after those from before.</summary>
    internal static void GoesOn(RunningProgram restored, int last)
    {
        restored.WaitForOutput("\n");
        int next = int.Parse(restored.Output.Split('\n')[0]);
        Assert.InRange(next, last, last + 1);
        restored.WaitForOutput($"\n{last + 5}\n");
    }

    public void Dispose() => House.Dispose();
}
