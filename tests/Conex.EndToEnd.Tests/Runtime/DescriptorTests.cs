using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>No descriptor gets into a container by accident, and none of a container stays with the runtime.</summary>
public sealed class DescriptorTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_container_has_its_standard_streams_only_although_the_caller_leaks_others()
    {
        TestBundle bundle = house.NewBundle().Shell("echo ready; read line");
        bundle.Write();
        using RunningProgram run = Leaking($"run -b {bundle.Path} {house.Id}");
        run.WaitForOutput("ready");
        Assert.Equal(["0", "1", "2"], Descriptors(house.InitPid));
        run.Send("\n");
        Assert.Equal(0, run.Finish().ExitCode);
    }

    [Fact]
    public void A_created_container_has_its_standard_streams_only_once_it_is_started()
    {
        TestBundle bundle = house.NewBundle().Shell("echo ready; read line");
        bundle.Write();
        using RunningProgram create = Leaking($"create -b {bundle.Path} {house.Id}");
        create.WaitForExit().Succeeded();
        house.Do("start", house.Id).Succeeded();
        create.WaitForOutput("ready");
        Assert.Equal(["0", "1", "2"], Descriptors(house.InitPid));
        house.Remove();
    }

    [Fact]
    public void An_exec_has_its_standard_streams_only()
    {
        house.RunDetached(house.NewBundle());
        string file = $"{house.Place}/pid";
        using RunningProgram exec = Leaking($"exec --pid-file {file} {house.Id} sh -c 'echo ready; read line'");
        exec.WaitForOutput("ready");
        Assert.Equal(["0", "1", "2"], Descriptors(RuntimeHouse.WaitForPid(file)));
        exec.Send("\n");
        Assert.Equal(0, exec.Finish().ExitCode);
        house.Remove();
    }

    [Fact]
    public void Preserved_descriptors_are_passed_and_others_are_not()
    {
        TestBundle bundle = house.NewBundle().Shell("cat <&3; cat <&4; cat <&5 || echo closed");
        bundle.Write();
        string first = house.WriteFile("first", "one\n");
        string second = house.WriteFile("second", "two\n");
        CommandResult result = Shell(
            $"exec 3<{first} 4<{second} 5</etc/passwd; {Runtime} run --preserve-fds 2 -b {bundle.Path} {house.Id}"
        );
        Assert.Equal(["one", "two", "closed"], result.Succeeded().Lines);
    }

    [Fact]
    public void A_preserved_descriptor_that_is_not_open_is_one_sentence()
    {
        TestBundle bundle = house.NewBundle();
        bundle.Write();
        house.Do("run", "--preserve-fds", "20", "-b", bundle.Path, house.Id).FailedWith(1, "--preserve-fds 20: descriptor");
    }

    [Fact]
    public void Exec_passes_preserved_descriptors_too()
    {
        house.RunDetached(house.NewBundle());
        string file = house.WriteFile("first", "one\n");
        CommandResult result = Shell(
            $"exec 3<{file} 4</etc/passwd; {Runtime} exec --preserve-fds 1 {house.Id} sh -c 'cat <&3; cat <&4 || echo closed'"
        );
        Assert.Equal(["one", "closed"], result.Succeeded().Lines);
        house.Remove();
    }

    [Fact]
    public void The_streams_of_a_container_end_with_it()
    {
        using RunningProgram created = house.Create(house.NewBundle().Shell("echo last words"));
        house.Do("start", house.Id).Succeeded();
        Assert.Equal("last words\n", created.Finish().Output);
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void The_working_directory_cannot_be_a_descriptor_of_the_host()
    {
        // CVE-2024-21626: a directory of the host that a descriptor still leads to. What is allowed lies inside the container.
        house.WriteFile("secret", "of the host\n");
        for (int descriptor = 3; descriptor < 24; descriptor++)
        {
            string cwd = $"/proc/self/fd/{descriptor}";
            TestBundle bundle = house
                .NewBundle($"bundle{descriptor}")
                .WithProcess(p => p with { Cwd = cwd })
                .Shell($"cat ../../../../../../../..{house.Place}/secret .{house.Place}/secret");
            bundle.Write();
            using RunningProgram run = Leaking($"run -b {bundle.Path} {house.Id}");
            CommandResult result = run.Finish().EndedWith(1);
            Assert.Equal("", result.Output);
            Directory.Delete(bundle.Path, recursive: true);
            Directory.CreateDirectory(bundle.Path);
        }
    }

    private string Runtime => $"{house.Program} --root {house.StateRoot}";

    /// <summary>Descriptors of the host's root and of a file from 7 on, as a careless caller leaves them open.</summary>
    private RunningProgram Leaking(string command) =>
        RunningProgram.Start(
            Product.OfMachine("bash", "bash"),
            ["-c", $"exec 7</ 8</etc 9</etc/passwd 15</ 20>/dev/null; exec {Runtime} {command}"]
        );

    private static CommandResult Shell(string script) => RunningProgram.Run(Product.OfMachine("bash", "bash"), ["-c", script]);

    private static IEnumerable<string> Descriptors(int pid) =>
        Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
}
