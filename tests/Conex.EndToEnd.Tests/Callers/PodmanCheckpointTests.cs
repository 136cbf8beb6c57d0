using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>podman writes containers down and brings them back by way of this runtime; conmon restores as it creates.</summary>
public sealed class PodmanCheckpointTests(Podman podman) : IClassFixture<Podman>
{
    private const string Counter = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done";

    [Fact]
    public void A_container_goes_on_where_it_stopped()
    {
        string id = Start();

        podman.Ask("container", "checkpoint", id);
        Assert.Equal("exited true", podman.Ask("inspect", "--format", "{{.State.Status}} {{.State.Checkpointed}}", id));
        int last = Numbers(id)[^1];
        podman.Ask("container", "restore", id);
        AssertGoesOn(id, last);
        podman.Remove(id);
    }

    [Fact]
    public void A_container_goes_on_from_an_archive_under_another_name()
    {
        string id = Start();
        string archive = $"{podman.House.Place}/exported.tar.gz";

        podman.Ask("container", "checkpoint", "--export", archive, id);
        int last = Numbers(id)[^1];
        string other = podman.Ask("container", "restore", "--import", archive, "--name", "other");
        Eventually.True(() => Numbers(other).Length > 0 && Numbers(other)[^1] > last, "the other goes on");
        Assert.NotEqual(id, other);
        int[] numbers = Numbers(other);
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Length), numbers);
        podman.Remove(id, other);
    }

    private string Start()
    {
        Criu.Require();
        string id = podman.RunDetached("box", "sh", "-c", Counter);
        Eventually.True(() => Numbers(id).Length > 4, "the container counts");
        return id;
    }

    private int[] Numbers(string id) => [.. podman.Ask("logs", id).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    /// <summary>No number is missing, and none is there twice.</summary>
    private void AssertGoesOn(string id, int last)
    {
        Eventually.True(() => Numbers(id)[^1] > last + 3, "the container goes on");
        int[] numbers = Numbers(id);
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
    }
}
