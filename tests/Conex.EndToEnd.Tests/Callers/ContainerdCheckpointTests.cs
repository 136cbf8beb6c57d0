using System.Globalization;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>containerd's shim writes containers down and brings them back by way of this runtime.</summary>
public sealed class ContainerdCheckpointTests(Containerd containerd) : IClassFixture<Containerd>
{
    private const string Counter = "i=0; while :; do i=$((i+1)); echo $i >/count.new; mv /count.new /count; sleep 0.02; done";

    [Fact]
    public void A_checkpoint_becomes_an_image_that_another_container_goes_on_from()
    {
        Start("first");

        containerd.Ask("containers", "checkpoint", "--rw", "--image", "--task", "first", "docker.io/library/kept:1");
        int kept = Count("first");
        Assert.Contains("RUNNING", containerd.Ask("task", "ls"), StringComparison.Ordinal);
        containerd.Remove("first");

        containerd.Do("containers", "restore", "--rw", "--live", "second", "docker.io/library/kept:1").Succeeded();
        // It begins with the file as it was; the number in memory is the file's at most a step later.
        Eventually.True(() => Count("second") > kept + 5, "the restored container counts");
        Assert.StartsWith("sh -c i=0", Processes("second"), StringComparison.Ordinal);
        containerd.Remove("second");
    }

    [Fact]
    public void A_task_can_be_written_down_and_ended()
    {
        Start("ended");
        string images = $"{containerd.House.Place}/images";

        // Whoever restores would make it again: containerd does not see the version 2 tree of a hybrid host, so its containers are in the root there.
        string tree = Directory.Exists("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
        DirectoryInfo stranger = Directory.CreateDirectory($"{tree}/{containerd.House.Name}-stranger");
        try
        {
            containerd.Do("task", "checkpoint", "--exit", "--image-path", images, "ended").Succeeded();
        }
        finally
        {
            stranger.Delete();
        }
        Assert.DoesNotContain(stranger.Name, File.ReadAllText($"{images}/cgroup.img"), StringComparison.Ordinal);
        Assert.True(File.Exists($"{images}/descriptors.json"));
        Eventually.True(() => containerd.Ask("task", "ls").Contains("STOPPED", StringComparison.Ordinal), "the task ends");
        containerd.Remove("ended");
    }

    private void Start(string id)
    {
        Criu.Require();
        containerd.Do([.. Containerd.Run("--detach"), Containerd.Image, id, "sh", "-c", Counter]).Succeeded();
        Eventually.True(() => Count(id) > 4, "the container counts");
    }

    private int Count(string id) => int.Parse(Look(id, "cat", "/count"), CultureInfo.InvariantCulture);

    private string Processes(string id) => Look(id, "sh", "-c", "tr '\\0' ' ' </proc/1/cmdline").TrimEnd('\n');

    /// <summary>What a command in a container prints. The container may not be there yet, and ctr may end before it has read what a quick process wrote.</summary>
    private string Look(string id, params string[] command)
    {
        string output = "";
        Eventually.True(
            () => (output = containerd.Do(["task", "exec", "--exec-id", $"look-{Guid.NewGuid():N}", id, .. command]).Output).Length > 0,
            $"container {id} answers"
        );
        return output;
    }
}
