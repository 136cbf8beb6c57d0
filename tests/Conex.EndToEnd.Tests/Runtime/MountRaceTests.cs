using System.Runtime.InteropServices;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A neighbour who exchanges a directory for a link while the mount point is looked up gets nothing of the host mounted over, or
/// made in it (CVE-2021-30465, CVE-2024-45310).</summary>
public sealed class MountRaceTests : IDisposable
{
    private const int Tries = 200;
    private const int AtWorkingDirectory = -100;
    private const uint Exchange = 2;

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_mount_point_exchanged_for_a_link_leads_nowhere_on_the_host()
    {
        string target = $"{house.Place}/target";
        string source = $"{house.Place}/source";
        Directory.CreateDirectory(target);
        Directory.CreateDirectory(source);
        TestBundle bundle = house
            .NewBundle()
            .Mount("/a/b/file", "bind", house.WriteFile("bound", "bound\n"), "bind")
            .Mount("/a/b/c/d", "bind", source, "bind")
            .Namespaces(("mount", null), ("pid", null))
            .With(s =>
                s with
                {
                    Hostname = null,
                    Mounts = [.. s.Mounts!.Where(m => m.Destination is not ("/dev/mqueue" or "/sys/fs/cgroup"))],
                }
            )
            .Command("true");
        bundle.Write();
        Directory.CreateDirectory($"{bundle.Rootfs}/a/b");
        File.CreateSymbolicLink($"{bundle.Rootfs}/a/link", target);
        using var stop = new CancellationTokenSource();
        var neighbour = new Thread(() => ExchangeUntil($"{bundle.Rootfs}/a/b", $"{bundle.Rootfs}/a/link", stop.Token));
        neighbour.Start();
        int ran = 0;
        try
        {
            for (int i = 0; i < Tries; i++)
            {
                CommandResult result = house.Do("run", "--bundle", bundle.Path, house.Id);
                Assert.True(result.ExitCode is 0 or 1, result.ToString());
                ran += result.ExitCode == 0 ? 1 : 0;
                Assert.Empty(Directory.GetFileSystemEntries(target));
            }
        }
        finally
        {
            stop.Cancel();
            neighbour.Join();
        }
        Assert.InRange(ran, 1, Tries);
    }

    private static void ExchangeUntil(string first, string second, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _ = renameat2(AtWorkingDirectory, first, AtWorkingDirectory, second, Exchange);
            Thread.Sleep(0);
        }
    }

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int renameat2(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
