using System.Globalization;
using Conex.Linux.Files;

namespace Conex.Linux.Tests.Files;

public sealed class DirectoryTreeTests : IDisposable
{
    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"conex-tree-{Guid.NewGuid():N}");

    public void Dispose()
    {
        using DirectoryHandle parent = PathAt.OpenDirectory("/var/tmp");
        DirectoryTree.Remove(parent, name);
    }

    [Theory]
    [InlineData("/var/tmp")]
    [InlineData("/dev/shm")]
    public void A_directory_with_more_entries_than_one_call_tells_is_removed(string place)
    {
        Directory.CreateDirectory($"{place}/{name}/below");
        for (int i = 0; i < 5000; i++)
        {
            File.WriteAllText($"{place}/{name}/file with quite a long name, number {i}", "");
            Directory.CreateDirectory($"{place}/{name}/below/{i}/deeper");
        }
        using DirectoryHandle parent = PathAt.OpenDirectory(place);
        Assert.True(DirectoryTree.Remove(parent, name, TestContext.Current.CancellationToken));
        Assert.False(Path.Exists($"{place}/{name}"));
        Assert.False(DirectoryTree.Remove(parent, name, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_removal_that_is_cancelled_can_be_finished()
    {
        Directory.CreateDirectory($"/var/tmp/{name}/below");
        using DirectoryHandle parent = PathAt.OpenDirectory("/var/tmp");
        Assert.Throws<OperationCanceledException>(() => DirectoryTree.Remove(parent, name, new CancellationToken(canceled: true)));
        Assert.True(Path.Exists($"/var/tmp/{name}/below"));
        Assert.True(DirectoryTree.Remove(parent, name, TestContext.Current.CancellationToken));
        Assert.False(Path.Exists($"/var/tmp/{name}"));
    }
}
