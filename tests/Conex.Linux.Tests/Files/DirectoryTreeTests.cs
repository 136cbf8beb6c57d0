using System.Globalization;
using Conex.Linux.Files;

namespace Conex.Linux.Tests.Files;

public sealed class DirectoryTreeTests
{
    [Theory]
    [InlineData("/var/tmp")]
    [InlineData("/dev/shm")]
    public void A_directory_with_more_entries_than_one_call_tells_is_removed(string place)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"conex-tree-{Environment.ProcessId}");
        Directory.CreateDirectory($"{place}/{name}/below");
        for (int i = 0; i < 5000; i++)
        {
            File.WriteAllText($"{place}/{name}/file with quite a long name, number {i}", "");
            Directory.CreateDirectory($"{place}/{name}/below/{i}/deeper");
        }
        using DirectoryHandle parent = PathAt.OpenDirectory(place);
        Assert.True(DirectoryTree.Remove(parent, name));
        Assert.False(Path.Exists($"{place}/{name}"));
        Assert.False(DirectoryTree.Remove(parent, name));
    }
}
