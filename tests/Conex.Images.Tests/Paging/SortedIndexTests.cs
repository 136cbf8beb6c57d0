using System.Text;
using Conex.Images.Paging;
using CsCheck;

namespace Conex.Images.Tests.Paging;

/// <summary>An index is a sorted dictionary, whatever is done to it and however few of its pages are in memory.</summary>
public sealed class SortedIndexTests
{
    private const int Held = 12;
    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    // Few different beginnings, so that keys meet again, and lengths up to the longest.
    private static readonly Gen<byte[]> Key = Gen.Select(
        Gen.Int[0, 400],
        Gen.OneOf(Gen.Int[0, 20], Gen.Int[0, IndexPage.LongestKey - 4]),
        (number, length) => (byte[])[.. Encoding.ASCII.GetBytes($"{number:x3}/"), .. new byte[length / 3 * 3]]
    );

    private static readonly Gen<(int Kind, byte[] Key)[]> Operations = Gen.Select(Gen.Int[0, 4], Key).Array[1, 1500];

    [Fact]
    public void Whatever_is_set_and_removed_it_has_what_a_sorted_dictionary_has() =>
        Operations.Sample(
            operations =>
            {
                using var cache = new PageCache(ScratchFile.Open, Held);
                var index = new SortedIndex(cache);
                var expected = new SortedDictionary<byte[], long>(ByBytes);
                long value = 0;
                foreach ((int kind, byte[] key) in operations)
                {
                    if (kind == 0)
                    {
                        Assert.Equal(expected.Remove(key), index.Remove(key));
                    }
                    else
                    {
                        index.Set(key, expected[key] = ++value);
                    }
                    Assert.Equal(expected.TryGetValue(key, out long known), index.TryGet(key, out long found));
                    Assert.Equal(known, found);
                }
                AssertSame(expected, index.From([]));
                AssertSame(expected.Reverse(), index.Descending());
                byte[] prefix = "1"u8.ToArray();
                AssertSame(expected.Where(pair => pair.Key.AsSpan().StartsWith(prefix)), index.From(prefix));
            },
            iter: 60,
            threads: 1
        );

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(7919)]
    public void A_hundred_thousand_keys_are_found_in_whatever_order_they_came(int step)
    {
        const int count = 100_000;
        using var cache = new PageCache(ScratchFile.Open, Held);
        var index = new SortedIndex(cache);
        for (int i = 0; i < count; i++)
        {
            int number = (int)((((long)i * step % count) + count) % count);
            index.Set(Name(number), number);
        }
        Assert.True(index.TryGet(Name(count / 3), out long found) && found == count / 3);
        Assert.False(index.TryGet("entry-1"u8, out _));
        int next = 0;
        foreach ((byte[] key, long value) in index.From("entry"u8.ToArray()))
        {
            Assert.Equal(next, value);
            Assert.Equal(Name(next++), key);
        }
        Assert.Equal(count, next);
        Assert.Equal(Enumerable.Range(0, count).Select(number => (long)number).Reverse(), index.Descending().Select(pair => pair.Value));
    }

    [Fact]
    public void A_key_for_which_a_page_has_no_room_is_refused()
    {
        using var cache = new PageCache(ScratchFile.Open, Held);
        var index = new SortedIndex(cache);
        index.Set(new byte[IndexPage.LongestKey], 1);
        Assert.Throws<ArgumentException>(() => index.Set(new byte[IndexPage.LongestKey + 1], 1));
    }

    private static byte[] Name(int number) => Encoding.ASCII.GetBytes($"entry-{number:d6}");

    private static void AssertSame(IEnumerable<KeyValuePair<byte[], long>> expected, IEnumerable<(byte[] Key, long Value)> actual) =>
        Assert.Equal(
            expected.Select(pair => (Convert.ToHexString(pair.Key), pair.Value)),
            actual.Select(pair => (Convert.ToHexString(pair.Key), pair.Value))
        );
}
