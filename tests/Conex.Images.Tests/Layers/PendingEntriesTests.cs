using System.Text;
using Conex.Images.Layers;
using Conex.Images.Paging;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;

namespace Conex.Images.Tests.Layers;

/// <summary>What is kept of directories' entries until the end.</summary>
public sealed class PendingEntriesTests : IDisposable
{
    private readonly PageCache cache = new(ScratchFile.Open);
    private readonly PendingEntries pending;

    public PendingEntriesTests() => pending = new PendingEntries(cache);

    public void Dispose() => cache.Dispose();

    [Fact]
    public void The_last_entry_of_a_path_comes_back_as_it_was()
    {
        Set("a", 0x1ED);
        TarEntry entry = TarBuilder.Entry(TarEntryType.Directory, "a", 0xFFF) with
        {
            UserId = 4_000_000_000,
            GroupId = 7,
            Modified = new TarTime(-5, 999_999_999),
            Attributes = [new TarAttribute("user.a", "1"u8.ToArray()), new TarAttribute("user.b", Array.Empty<byte>())],
        };
        pending.Set(LayerPath.Normalise("a"u8.ToArray()), entry);
        (byte[] path, TarEntry actual) = Assert.Single(pending.ChildrenFirst);
        Assert.Equal("a"u8.ToArray(), path);
        Assert.Equal(
            (entry.Mode, entry.UserId, entry.GroupId, entry.Modified),
            (actual.Mode, actual.UserId, actual.GroupId, actual.Modified)
        );
        Assert.Equal(
            entry.Attributes.Select(attribute => (attribute.Name, Encoding.ASCII.GetString(attribute.Value.Span))),
            actual.Attributes.Select(attribute => (attribute.Name, Encoding.ASCII.GetString(attribute.Value.Span)))
        );
    }

    [Fact]
    public void Children_come_before_their_parents_however_long_their_paths_are()
    {
        string deep = string.Join('/', Enumerable.Repeat(new string('d', 200), 20));
        string[] paths = ["", "a", "a/b", "a/b/c", "a.b", .. Enumerable.Range(1, 20).Select(i => deep[..((i * 201) - 1)])];
        foreach (string path in paths)
        {
            Set(path, 0x1ED);
        }
        List<string> order = [.. pending.ChildrenFirst.Select(pair => Encoding.ASCII.GetString(pair.Path))];
        Assert.Equal(paths.Order(StringComparer.Ordinal), order.Order(StringComparer.Ordinal));
        foreach (string path in paths.Where(path => path.Length > 0))
        {
            string parent = path.Contains('/') ? path[..path.LastIndexOf('/')] : "";
            Assert.True(order.IndexOf(path) < order.IndexOf(parent), path);
        }
    }

    [Fact]
    public void What_a_directory_held_is_gone_with_it_and_what_comes_later_is_not()
    {
        string longName = new('n', 1100);
        Set("a", 1);
        Set("a/b", 2);
        Set($"a/{longName}", 3);
        Set("ab", 4);
        Remove("a");
        Set("a/c", 5);
        Remove("c");
        Set("c/d", 6);
        Remove("c/d/e");
        Assert.Equal(
            [("a/c", 5u), ("ab", 4u), ("c/d", 6u)],
            pending.ChildrenFirst.Select(pair => (Encoding.ASCII.GetString(pair.Path), pair.Entry.Mode)).Order()
        );
    }

    private void Set(string path, uint mode) =>
        pending.Set(LayerPath.Normalise(Encoding.ASCII.GetBytes(path)), TarBuilder.Entry(TarEntryType.Directory, path, mode));

    private void Remove(string path) => pending.Remove(LayerPath.Normalise(Encoding.ASCII.GetBytes(path)));
}
