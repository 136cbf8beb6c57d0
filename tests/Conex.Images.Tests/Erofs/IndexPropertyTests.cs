using System.Text;
using System.Text.RegularExpressions;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Tests.Fixtures;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using CsCheck;

namespace Conex.Images.Tests.Erofs;

/// <summary>Both ways to keep a layer agree about any tar: what they refuse, why, and what they show.</summary>
public sealed partial class IndexPropertyTests
{
    private static readonly string[] Parts =
    [
        "a",
        "b",
        "c",
        "..",
        ".",
        "",
        ".wh.a",
        ".wh.b",
        ".wh..wh..opq",
        "l",
        new('n', 255),
        new('n', 256),
    ];

    private static readonly Gen<string> Path = Gen.Int[0, Parts.Length - 1]
        .Select(i => Parts[i])
        .Array[1, 4]
        .Select(parts => string.Join('/', parts));

    private static readonly Gen<TarAttribute[]> Attributes = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 40])
        .Select(pair => new TarAttribute(
            ((string[])["user.a", "user.b", "trusted.overlay.opaque", "security.capability", "user.overlay.x", "system.posix_acl_access"])[
                pair.Item1
            ],
            new byte[pair.Item2]
        ))
        .Array[0, 2]
        .Select(attributes => attributes.DistinctBy(attribute => attribute.Name).ToArray());

    // Around 1970 and beyond 2038; never a whole second, which is what directories have in an index that no entry describes.
    private static readonly Gen<TarTime> Time = Gen.Select(
        Gen.OneOf(Gen.Long[-2_000, 2_000], Gen.Long[-2_000_000_000, 9_000_000_000]),
        Gen.UInt[1, 999_999_999],
        (seconds, nanoseconds) => new TarTime(seconds, nanoseconds)
    );

    private static readonly Gen<(
        TarEntryType Type,
        string Path,
        string Link,
        uint Mode,
        int Size,
        TarTime Time,
        TarAttribute[] Attributes
    )> Entry = Gen.Select(Gen.Enum<TarEntryType>(), Path, Path, Gen.UInt[0, 0xFFF], Gen.Int[0, 5000], Time, Attributes);

    public IndexPropertyTests() => IndexedLayer.Need();

    [Fact]
    public void Any_entries_are_refused_with_the_same_words_or_look_the_same() =>
        Entry
            .Array[1, 14]
            .Sample(
                entries =>
                {
                    byte[] tar = Build(entries);
                    using var unpacked = new UnpackedLayer();
                    string? refused = Refusal(() => unpacked.Unpack(tar));
                    string? refusedIndex = null;
                    IReadOnlyList<string> listing = [];
                    refusedIndex = Refusal(() =>
                    {
                        using var indexed = new IndexedLayer(tar);
                        listing = TreeListing.Of(indexed.Root);
                    });
                    Assert.Equal(refused, refusedIndex);
                    if (refused is null)
                    {
                        using DirectoryHandle directory = PathAt.OpenDirectory(unpacked.Root);
                        Assert.Equal(WithoutImplied(TreeListing.Of(directory), listing), WithoutImplied(listing, listing));
                    }
                },
                iter: 1500,
                threads: 1
            );

    [Theory]
    [InlineData("d")]
    [InlineData("d/e")]
    public void A_hard_link_that_takes_the_place_of_its_targets_directory_is_refused(string link)
    {
        byte[] tar = new TarBuilder().File("d/e/f").HardLink(link, "d/e/f").ToArray();
        using var unpacked = new UnpackedLayer();
        string message = $"the layer has a hard link, {link}, to d/e/f, which is no file of the layer";
        Assert.Equal(message, Refusal(() => unpacked.Unpack(tar)));
        Assert.Equal(message, Refusal(() => new IndexedLayer(tar).Dispose()));
    }

    [Fact]
    public void Flipped_bytes_never_make_an_index_that_the_checker_refuses()
    {
        ErofsTool.Need();
        byte[] seed = Build([
            (TarEntryType.Directory, "a", "", 0x1ED, 0, TarBuilder.Time, []),
            (TarEntryType.File, "a/b", "", 0x1A4, 3000, TarBuilder.Time, [new("user.a", new byte[5])]),
            (TarEntryType.SymbolicLink, "l", "a", 0x1FF, 0, TarBuilder.Time, []),
            (TarEntryType.HardLink, "h", "a/b", 0x1A4, 0, TarBuilder.Time, []),
            (TarEntryType.CharacterDevice, "n", "", 0x1A4, 0, TarBuilder.Time, []),
        ]);
        int written = 0;
        Gen.Select(Gen.Int[0, seed.Length - 1025], Gen.Byte)
            .Array[1, 4]
            .Sample(
                changes =>
                {
                    byte[] tar = [.. seed];
                    foreach ((int at, byte value) in changes)
                    {
                        tar[at] = value;
                    }
                    TarChecksums.Repair(tar);
                    if (
                        Refusal(() =>
                        {
                            using var indexed = new IndexedLayer(tar);
                            indexed.AssertClean();
                        })
                        is null
                    )
                    {
                        written++;
                    }
                },
                iter: 150,
                threads: 1
            );
        Assert.True(written > 10, $"only {written} of the changed tars could be indexed");
    }

    private static byte[] Build(
        IEnumerable<(TarEntryType Type, string Path, string Link, uint Mode, int Size, TarTime Time, TarAttribute[] Attributes)> entries
    )
    {
        var tar = new TarBuilder();
        foreach ((TarEntryType type, string path, string link, uint mode, int size, TarTime time, TarAttribute[] attributes) in entries)
        {
            if (path.Length == 0)
            {
                continue;
            }
            bool isLink = type is TarEntryType.HardLink or TarEntryType.SymbolicLink;
            tar.Add(
                TarBuilder.Entry(type, path, mode) with
                {
                    LinkTarget = isLink ? Encoding.UTF8.GetBytes(link) : [],
                    UserId = mode,
                    GroupId = (uint)size,
                    DeviceMajor = type is TarEntryType.BlockDevice or TarEntryType.CharacterDevice ? 8u : 0,
                    Modified = time,
                    Attributes = attributes,
                },
                type == TarEntryType.File ? Encoding.UTF8.GetBytes(new string('x', size)) : []
            );
        }
        return tar.ToArray();
    }

    /// <summary>The lines without the times of directories that no entry describes: none in an index, and the clock's on a disk.</summary>
    private static IReadOnlyList<string> WithoutImplied(IReadOnlyList<string> lines, IReadOnlyList<string> indexed) =>
        [
            .. lines.Select(
                (line, i) => i < indexed.Count && TimeOf().Match(indexed[i]).Value == " 0.0 [" ? TimeOf().Replace(line, " [") : line
            ),
        ];

    [GeneratedRegex(@" (-?\d+\.\d+|any) \[")]
    private static partial Regex TimeOf();

    private static string? Refusal(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is TarException or LayerException or KernelException { Error: Errno.EACCES })
        {
            return e.Message;
        }
    }
}
