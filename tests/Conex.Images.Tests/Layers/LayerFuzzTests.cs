using Conex.Images.Compression;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Errors;
using CsCheck;

namespace Conex.Images.Tests.Layers;

public sealed class LayerFuzzTests
{
    private static readonly byte[] Seed = new TarBuilder()
        .Directory("d/")
        .File("d/f", "content")
        .SymbolicLink("d/l", "../../outside")
        .HardLink("h", "d/f")
        .File("d/l/x", "y")
        .File(".wh.a", "")
        .File("d/.wh..wh..opq", "")
        .Device("n", 1, 3)
        .File(string.Join('/', Enumerable.Repeat("long", 60)))
        .Add(
            TarBuilder.Entry(TarEntryType.File, "x", 0xFFF) with
            {
                UserId = 4_000_000_000,
                Attributes = [new("user.a", new byte[40]), new("security.capability", new byte[20])],
            }
        )
        .ToArray();

    private static readonly string[] Parts = ["a", "b", "..", ".", "", ".wh.a", ".wh..wh..opq", "l", "outside", "secret", "root"];

    private static readonly Gen<string> Path = Gen.Int[0, Parts.Length - 1]
        .Select(i => Parts[i])
        .Array[1, 5]
        .Select(parts => string.Join('/', parts));

    [Fact]
    public void Flipped_bytes_end_in_a_declared_exception_and_touch_nothing_outside()
    {
        using var layer = new UnpackedLayer();
        Gen.Select(Gen.Int[0, Seed.Length - 1025], Gen.Byte)
            .Array[1, 6]
            .Sample(
                changes =>
                {
                    byte[] tar = [.. Seed];
                    foreach ((int at, byte value) in changes)
                    {
                        tar[at] = value;
                    }
                    TarChecksums.Repair(tar);
                    UnpackOrRefuse(layer, tar);
                },
                iter: 2000,
                threads: 1
            );
        layer.AssertNothingOutside();
    }

    [Fact]
    public void Any_entries_under_any_paths_touch_nothing_outside()
    {
        using var layer = new UnpackedLayer();
        Gen.Select(Gen.Enum<TarEntryType>(), Path, Path)
            .Array[1, 12]
            .Sample(
                entries =>
                {
                    var tar = new TarBuilder();
                    foreach ((TarEntryType type, string path, string link) in entries)
                    {
                        if (path.Length > 0)
                        {
                            bool isLink = type is TarEntryType.HardLink or TarEntryType.SymbolicLink;
                            tar.Add(
                                TarBuilder.Entry(type, path, 0x1FF) with
                                {
                                    LinkTarget = isLink ? System.Text.Encoding.UTF8.GetBytes(link) : [],
                                }
                            );
                        }
                    }
                    UnpackOrRefuse(layer, tar.ToArray());
                },
                iter: 3000,
                threads: 1
            );
        layer.AssertNothingOutside();
    }

    [Fact]
    public void Random_bytes_are_no_tar() =>
        Gen
            .Byte.Array[0, 3000]
            .Sample(bytes =>
            {
                using var stream = new MemoryStream(bytes);
                var reader = new TarReader(Decompression.Open(stream));
                try
                {
                    while (reader.Next() is not null) { }
                }
                catch (Exception e) when (e is TarException or CompressionException) { }
            });

    private static void UnpackOrRefuse(UnpackedLayer layer, byte[] tar)
    {
        try
        {
            layer.Unpack(tar);
        }
        catch (Exception e) when (e is TarException or LayerException) { }
        catch (KernelException e) when (e.Error is Errno.EPERM or Errno.EACCES && !Environment.IsPrivilegedProcess) { }
    }
}
