using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Images are those of runc: what one wrote down the other brings back.</summary>
public sealed class CheckpointImageTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_container_that_runc_wrote_down_goes_on_here()
    {
        TestBundle bundle = Bundle();
        using RunningProgram run = Runc(bundle, "run", "--detach", "--bundle", bundle.Path);
        run.WaitForOutput("\n5\n");
        using (RunningProgram checkpoint = Runc(bundle, "checkpoint", "--image-path", house.Images))
        {
            checkpoint.WaitForExit().Succeeded();
        }
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        Assert.Equal("running", Plain.Status());
        Plain.Remove();
    }

    [Fact]
    public void A_container_that_was_written_down_here_goes_on_in_runc()
    {
        TestBundle bundle = Bundle();
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().Succeeded();
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = Runc(bundle, "restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images);
        restored.WaitForExit().Succeeded();
        CheckpointHouse.GoesOn(restored, last);
        using RunningProgram delete = Runc(bundle, "delete", "--force");
        delete.WaitForExit().Succeeded();
    }

    /// <summary>runc 1.1 has other names for the cgroups of a container without a path.</summary>
    private TestBundle Bundle()
    {
        TestBundle bundle = Plain.NewBundle().WithLinux(l => l with { CgroupsPath = $"/conex/{house.Id}" }).Shell(CheckpointHouse.Counter);
        bundle.Write();
        return bundle;
    }

    private RunningProgram Runc(TestBundle bundle, params string[] arguments)
    {
        string runc = Callers.UnpackedPeers.Installed("runc");
        var program = RunningProgram.Start(runc, ["--root", $"{Plain.Place}/runc", .. arguments, house.Id], Criu.AddTo);
        if (arguments[0] != "run")
        {
            return program;
        }
        program.WaitForExit().Succeeded();
        return program;
    }
}
