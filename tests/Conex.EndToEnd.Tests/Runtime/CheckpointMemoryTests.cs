using System.Net;
using System.Net.Sockets;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Ways that memory takes other than into the images at once.</summary>
public sealed class CheckpointMemoryTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void Memory_is_written_ahead_by_a_pre_dump()
    {
        TestBundle bundle = Plain.NewBundle();
        // 40 MB that change no more.
        using RunningProgram run = house.Run(bundle.Shell($"x=$(head -c 40000000 /dev/zero | tr '\\0' x); {CheckpointHouse.Counter}"));
        run.WaitForOutput("\n5\n");

        string[] ahead = ["checkpoint", "--pre-dump", "--image-path", $"{Plain.Place}/first", house.Id];
        SkipWithout("mem_dirty_track", () => house.Do(ahead), "cannot track changes of memory on this kernel");
        house.Do(ahead).Succeeded();
        Assert.Equal("running", Plain.Status());
        house.Checkpoint("--parent-path", "../first").Succeeded();
        long first = Size($"{Plain.Place}/first");
        Assert.True(first > 40_000_000, $"the first images have {first} bytes");
        Assert.True(Size(house.Images) < first / 4, $"the images after {first} bytes have {Size(house.Images)}");
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        Plain.Remove();
    }

    [Fact]
    public void Memory_goes_to_a_page_server()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        Directory.CreateDirectory($"{Plain.Place}/served");
        int port = LoopbackPorts.Next();
        string[] address = ["--address", "127.0.0.1", "--port", $"{port}"];
        using RunningProgram server = RunningProgram.Start(
            Criu.Program,
            ["page-server", "-D", $"{Plain.Place}/served", .. address, "-v4", "-o", "server.log"]
        );
        Eventually.True(
            () => LeakCheck.Read($"{Plain.Place}/served/server.log").Contains("status-ready", StringComparison.Ordinal),
            "the page server listens"
        );

        house.Checkpoint("--page-server", $"127.0.0.1:{port}").Succeeded();
        server.WaitForExit().Succeeded();
        Assert.Empty(Directory.GetFiles(house.Images, "pages-*.img"));
        foreach (string pages in Directory.GetFiles($"{Plain.Place}/served", "page*.img"))
        {
            File.Copy(pages, $"{house.Images}/{Path.GetFileName(pages)}");
        }
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        Plain.Remove();
    }

    /// <summary>Whoever loads the memory connects once it learns by the descriptor that it can. Here it wants none: criu serves pages through pipes of
    /// a size that only CAP_SYS_RESOURCE allows, which these machines' root does not have.</summary>
    [Fact]
    public void A_caller_learns_when_lazy_pages_can_be_asked_for()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        int port = LoopbackPorts.Next();
        string status = $"{Plain.Place}/status";
        string command =
            $"{Product.Runtime} --root {Plain.StateRoot} checkpoint --image-path {house.Images} --lazy-pages --page-server 127.0.0.1:{port} --status-fd 9";
        using RunningProgram checkpoint = RunningProgram.Start("sh", ["-c", $"exec {command} {house.Id} 9>{status}"], Criu.AddTo);
        SkipWithout("uffd-noncoop", () => checkpoint.WaitForExit(), "cannot load memory lazily on this kernel");
        Eventually.True(() => LeakCheck.Read(status) == "\0", "the descriptor gets its byte");
        int last = CheckpointHouse.Count(bundle);
        using (var client = new TcpClient())
        {
            client.Connect(IPAddress.Loopback, port);
            Assert.Equal(last, CheckpointHouse.Count(bundle));
        }
        checkpoint.WaitForExit().Succeeded();
        Assert.True(File.Exists($"{house.Images}/inventory.img"));
        Assert.Empty(Plain.Leaks.Find());
    }

    /// <summary>Where the kernel does not have what a checkpoint needs, the checkpoint is refused, and that is all there is to see.</summary>
    private void SkipWithout(string feature, Func<CommandResult> checkpoint, string sentence)
    {
        if (RunningProgram.Run(Criu.Program, ["check", "--feature", feature]).ExitCode != 0)
        {
            checkpoint().FailedWith(1, sentence);
            Assert.Equal("running", Plain.Status());
            Plain.Remove();
            Assert.Skip($"criu does without {feature} on this kernel");
        }
    }

    private static long Size(string directory) => new DirectoryInfo(directory).GetFiles("pages-*.img").Sum(f => f.Length);
}
