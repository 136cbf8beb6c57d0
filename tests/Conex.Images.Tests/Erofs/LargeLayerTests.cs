using System.Text;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Images.Tests.Tar;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Erofs;

/// <summary>Layers at sizes where numbers of 32 bits and trees of one level end.</summary>
public sealed class LargeLayerTests
{
    private const int Entries = 100_000;
    private const long Gibi = 1L << 30;

    [Fact]
    public void A_directory_of_a_hundred_thousand_entries_has_each_of_them()
    {
        IndexedLayer.Need();
        using var layer = new IndexedLayer(WriteEntries);
        using (DirectoryHandle directory = PathAt.OpenDirectory(layer["many"]))
        {
            Assert.Equal(Entries, DirectoryEntries.Read(directory).Count);
            foreach (int i in (int[])[0, 1, 41, Entries / 2, Entries - 2, Entries - 1])
            {
                Assert.Equal(0x100u | (uint)(i % 64), PathAt.Status(directory, Name(i))!.Value.Mode & 0xFFF);
            }
            Assert.Null(PathAt.Status(directory, Name(Entries)));
        }
        if (File.Exists($"{Environment.GetEnvironmentVariable("CONEX_PEERS")}/erofs/usr/bin/fsck.erofs"))
        {
            layer.AssertClean();
        }
    }

    [Fact]
    public void A_directory_of_a_hundred_thousand_entries_is_unpacked()
    {
        ScratchDirectory.NeedRoot();
        // Files on a disk would only measure the disk.
        DirectoryInfo place = Directory.CreateDirectory($"/dev/shm/conex-images-{Environment.ProcessId}-many");
        try
        {
            using var tar = new MemoryStream();
            WriteEntries(tar);
            tar.Position = 0;
            using (DirectoryHandle root = PathAt.OpenDirectory(place.FullName))
            {
                LayerExtractor.Extract(new TarReader(tar), root, cancellationToken: TestContext.Current.CancellationToken);
            }
            Assert.Equal(Entries, Directory.EnumerateFiles($"{place.FullName}/many").Count());
            Assert.Equal(0x100u | ((Entries - 1) % 64), PathAt.Status($"{place.FullName}/many/{Name(Entries - 1)}")!.Value.Mode & 0xFFF);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_file_larger_than_four_gibibytes_is_there_to_its_last_byte()
    {
        IndexedLayer.Need();
        const long size = (4 * Gibi) + 4096 + 3;
        using var layer = new IndexedLayer(path =>
        {
            using FileStream tar = File.Create(path);
            tar.Write(new RawHeader("large", '0', size).ToArray());
            Put(tar, 512, "first");
            Put(tar, 512 + (4 * Gibi) - 2, "over the border");
            Put(tar, 512 + size - 4, "last");
            long end = (512 + size + 511) / 512 * 512;
            tar.Position = end;
            tar.Write(new RawHeader("behind", '0', 1).ToArray());
            Put(tar, end + 512, "b");
            tar.SetLength(end + 2048);
        });
        Assert.Equal(size, new FileInfo(layer["large"]).Length);
        Assert.Equal("first", Read(layer["large"], 0, 5));
        Assert.Equal("over the border", Read(layer["large"], (4 * Gibi) - 2, 15));
        Assert.Equal("last", Read(layer["large"], size - 4, 4));
        Assert.Equal("b", File.ReadAllText(layer["behind"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sparse_file_of_more_than_a_tebibyte_has_its_pieces_and_its_holes(bool unpacked)
    {
        IndexedLayer.Need();
        const long size = (1024 * Gibi) + (4 << 20) + 5;
        byte[] tar = RawHeader.Archive(
            RawHeader.Pax(("GNU.sparse.size", $"{size}"), ("GNU.sparse.map", $"0,5,{1024 * Gibi},6,{size - 4},4")),
            new RawHeader("sparse", '0', 15).ToArray(),
            "firstmiddlelast"u8.ToArray()
        );
        using var layer = new IndexedLayer(tar);
        using UnpackedLayer? tree = unpacked ? new UnpackedLayer().Unpack(tar) : null;
        string file = tree is null ? layer["sparse"] : tree["sparse"];
        Assert.Equal(size, new FileInfo(file).Length);
        Assert.Equal("first", Read(file, 0, 5));
        Assert.Equal("middle", Read(file, 1024 * Gibi, 6));
        Assert.Equal("last", Read(file, size - 4, 4));
        Assert.Equal(new string('\0', 100), Read(file, 512 * Gibi, 100));
        Assert.True(new FileInfo(layer.Index).Length < 32 << 20, "the holes take no place");
    }

    private static string Name(int i) => $"entry-{i:000000}";

    private static void WriteEntries(string path)
    {
        using FileStream file = File.Create(path);
        WriteEntries(file);
    }

    private static void WriteEntries(Stream output)
    {
        var tar = new TarWriter(output);
        // Not in the order of their names.
        for (int i = 0; i < Entries; i++)
        {
            int number = (int)((i * 7919L) % Entries);
            tar.Add(
                new TarEntry
                {
                    Type = TarEntryType.File,
                    Path = Encoding.ASCII.GetBytes($"many/{Name(number)}"),
                    Mode = 0x100u | (uint)(number % 64),
                },
                []
            );
        }
        tar.Finish();
    }

    private static void Put(FileStream file, long position, string text)
    {
        file.Position = position;
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    private static string Read(string path, long position, int length)
    {
        using FileStream file = File.OpenRead(path);
        file.Position = position;
        byte[] bytes = new byte[length];
        file.ReadExactly(bytes);
        return Encoding.ASCII.GetString(bytes);
    }
}
