using System.Globalization;
using System.Text;
using Conex.Images.Paging;
using Conex.Images.Tests.Fixtures;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Trees;

/// <summary>Directories of any size are listed in order.</summary>
public sealed class SortedNamesTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly PageCache cache = new(ScratchFile.Open, held: 12);

    public void Dispose()
    {
        cache.Dispose();
        scratch.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(8192)]
    [InlineData(30_000)]
    public void Names_come_in_the_order_of_their_bytes(int count)
    {
        using DirectoryHandle directory = Make("many", count);

        byte[][] names = [.. new SortedNames(new BlobHeap(cache)).Of(directory)];

        Assert.Equal(count, names.Length);
        Assert.Equal(Enumerable.Range(0, count).Select(Name).Order(ByBytes.Order), names, ByBytes.Equality);
    }

    [Fact]
    public void A_walk_may_list_one_directory_within_another()
    {
        const int many = 9000;
        using DirectoryHandle outer = Make("outer", many);
        using DirectoryHandle inner = Make("inner", many);
        var sorted = new SortedNames(new BlobHeap(cache));
        byte[][] expected = [.. Enumerable.Range(0, many).Select(Name).Order(ByBytes.Order)];

        int place = 0;
        foreach (byte[] name in sorted.Of(outer))
        {
            Assert.Equal(expected[place++], name);
            if (place == many / 2)
            {
                Assert.Equal(expected, sorted.Of(inner), ByBytes.Equality);
            }
        }
        Assert.Equal(many, place);
    }

    /// <summary>Some names begin as others do, and some are in no encoding.</summary>
    private static byte[] Name(int number) =>
        [.. Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)), .. number % 3 == 0 ? new byte[] { 0xff, 0xfe } : []];

    private DirectoryHandle Make(string name, int count)
    {
        Directory.CreateDirectory(scratch[name]);
        DirectoryHandle directory = PathAt.OpenDirectory(scratch[name]);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(Errno.None, EntryAt.MakeNode(directory, Name(i), FileKind.Fifo, 0x180, 0, 0));
        }
        return directory;
    }

    private static class ByBytes
    {
        internal static readonly Comparer<byte[]> Order = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

        internal static readonly EqualityComparer<byte[]> Equality = EqualityComparer<byte[]>.Create((a, b) => a.AsSpan().SequenceEqual(b));
    }
}
