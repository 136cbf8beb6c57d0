using System.Buffers.Binary;
using Conex.Images.Paging;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Paging;

/// <summary>Pages keep what was written to them, whether memory holds them or the file.</summary>
public sealed class PageCacheTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_page_has_what_was_written_to_it_after_it_was_in_the_file()
    {
        const int pages = 50;
        using PageCache cache = NewCache(held: 4);
        for (int i = 0; i < pages; i++)
        {
            Assert.Equal(i, cache.Allocate());
            Assert.False(cache.Get(i, isChanging: false).ContainsAnyExcept((byte)0), "a new page is empty");
            BinaryPrimitives.WriteInt32LittleEndian(cache.Get(i, isChanging: true)[^4..], i + 1);
        }
        BinaryPrimitives.WriteInt32LittleEndian(cache.Get(7, isChanging: true), 77);
        for (int i = pages - 1; i >= 0; i--)
        {
            Assert.Equal(i + 1, BinaryPrimitives.ReadInt32LittleEndian(cache.Get(i, isChanging: false)[^4..]));
            Assert.Equal(i == 7 ? 77 : 0, BinaryPrimitives.ReadInt32LittleEndian(cache.Get(i, isChanging: false)));
        }
    }

    [Fact]
    public void The_file_has_no_name_and_is_not_made_before_there_are_more_pages_than_are_held()
    {
        int opened = 0;
        using DirectoryHandle directory = PathAt.OpenDirectory(scratch.Path);
        using var cache = new PageCache(
            () =>
            {
                opened++;
                return ScratchFile.Open(directory);
            },
            held: 4
        );
        for (int i = 0; i < 4; i++)
        {
            cache.Allocate();
        }
        Assert.Equal(0, opened);
        for (int i = 0; i < 10; i++)
        {
            cache.Allocate();
        }
        Assert.Equal(1, opened);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Path));
    }

    [Fact]
    public void Blobs_of_any_length_are_read_as_a_whole_and_in_parts()
    {
        using PageCache cache = NewCache(held: 4);
        var heap = new BlobHeap(cache);
        byte[][] blobs = [.. Enumerable.Range(0, 40).Select(i => Enumerable.Repeat((byte)(i + 1), i * i * 37).ToArray())];
        long[] places = [.. blobs.Select(blob => heap.Add(blob))];
        Assert.DoesNotContain(0, places);
        for (int i = blobs.Length - 1; i >= 0; i--)
        {
            Assert.Equal(blobs[i].Length, heap.LengthOf(places[i]));
            Assert.Equal(blobs[i], heap.Get(places[i]));
        }
        byte[] part = new byte[10_000];
        heap.Read(places[^1], 5000, part);
        Assert.Equal(blobs[^1][5000..15_000], part);
    }

    private PageCache NewCache(int held) =>
        new(
            () =>
            {
                using DirectoryHandle directory = PathAt.OpenDirectory(scratch.Path);
                return ScratchFile.Open(directory);
            },
            held
        );
}
