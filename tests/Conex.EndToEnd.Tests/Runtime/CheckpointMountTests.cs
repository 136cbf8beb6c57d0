using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Mounts that were added to a container that is written down later: no configuration knows of them.</summary>
public sealed class CheckpointMountTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void Mounts_that_were_added_are_there_again_and_can_be_removed()
    {
        Plain.WriteFile("source/file", "from the host\n");
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        string list = List(
            TestBundle.Entry("/added/directory", "bind", $"{Plain.Place}/source", "rbind", "ro"),
            TestBundle.Entry("/etc/added", "bind", $"{Plain.Place}/source/file", "bind"),
            TestBundle.Entry("/scratch", "tmpfs", "tmpfs", "size=1m")
        );
        Plain.Do("mounts", "add", house.Id, list).Succeeded();
        Plain.Exec("sh", "-c", "echo kept >/scratch/file").Succeeded();
        const string look = "cat /added/directory/file /etc/added /scratch/file; echo x 2>/dev/null >/added/directory/x || echo read-only";
        string before = Plain.Exec("sh", "-c", look).Text;
        Assert.Equal("from the host\nfrom the host\nkept\nread-only", before);

        // Once more, since a restored container can be written down too.
        for (int round = 0; round < 2; round++)
        {
            house.Checkpoint().Succeeded();
            int last = CheckpointHouse.Count(bundle);
            using RunningProgram restored = house.Restore(bundle);
            CheckpointHouse.GoesOn(restored, last);
            Assert.Equal(before, Plain.Exec("sh", "-c", look).Text);
        }
        Plain.Do("mounts", "remove", house.Id, list).Succeeded();
        Assert.Equal("", Plain.Exec("sh", "-c", "grep -E ' /(added|etc|scratch)' /proc/mounts; true").Text);
        house.Checkpoint().Succeeded();
        Assert.False(File.Exists($"{house.Images}/mounts.json"));
        using RunningProgram without = house.Restore(bundle);
        Assert.Equal("", Plain.Exec("ls", "/added/directory").Text);
        Plain.Remove();
    }

    [Fact]
    public void A_source_that_is_gone_is_named_and_a_damaged_list_too()
    {
        Plain.WriteFile("source/file", "from the host\n");
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        Plain.Do("mounts", "add", house.Id, List(TestBundle.Entry("/added", "bind", $"{Plain.Place}/source", "bind"))).Succeeded();
        house.Checkpoint().Succeeded();
        Directory.Delete($"{Plain.Place}/source", recursive: true);
        string[] restore = ["restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id];
        Assert.Contains($"{Plain.Place}/source", house.Do(restore).EndedWith(1).Error, StringComparison.Ordinal);
        File.WriteAllText($"{house.Images}/mounts.json", "[{}]");
        house.Do(restore).FailedWith(1, $"{house.Images}/mounts.json: ");
        Assert.Empty(Plain.Leaks.Find());
    }

    private string List(params Mount[] mounts) =>
        Plain.WriteFile(
            "mounts.json",
            JsonSerializer.Serialize(
                mounts.Select(m => new
                {
                    destination = m.Destination,
                    type = m.Type,
                    source = m.Source,
                    options = m.Options,
                })
            )
        );
}
