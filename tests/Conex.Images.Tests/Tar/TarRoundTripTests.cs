using System.Text;
using Conex.Images.Tar;
using CsCheck;

namespace Conex.Images.Tests.Tar;

public sealed class TarRoundTripTests
{
    private static readonly Gen<byte[]> Component = Gen.Byte.Where(b => b is not (0 or (byte)'/')).Array[1, 60];

    // Names of bytes, not of text, long enough for PAX; a slash at the end is lost on nobody.
    private static readonly Gen<byte[]> Name = Component.Array[1, 6].Select(parts => parts.Aggregate((a, b) => [.. a, (byte)'/', .. b]));

    private static readonly Gen<TarAttribute> Attribute = Gen.Select(
        Gen.Char['a', 'z'].Array[1, 20].Select(chars => "user." + new string(chars)),
        Gen.Byte.Array[0, 300],
        (name, value) => new TarAttribute(name, value)
    );

    private static readonly Gen<TarEntry> Entry = Gen.Select(
        Gen.Enum<TarEntryType>(),
        Name,
        Name,
        Gen.UInt[0, 0xFFF],
        Gen.UInt[0, uint.MaxValue - 1],
        Gen.Select(Gen.Long[-100_000_000_000, 100_000_000_000], Gen.UInt[0, 999_999_999], (s, n) => new TarTime(s, n)),
        Attribute.List[0, 3],
        Gen.Select(Gen.UInt[0, 0xFFF], Gen.UInt[0, 0xFFFFF]),
        (type, path, link, mode, owner, time, attributes, device) =>
            new TarEntry
            {
                Type = type,
                Path = path,
                LinkTarget = type is TarEntryType.HardLink or TarEntryType.SymbolicLink ? link : [],
                Mode = mode,
                UserId = owner,
                GroupId = ~owner == uint.MaxValue ? 0 : ~owner,
                Modified = time,
                Attributes = [.. attributes.DistinctBy(a => a.Name)],
                DeviceMajor = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? device.Item1 : 0,
                DeviceMinor = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? device.Item2 : 0,
            }
    );

    [Fact]
    public void What_the_writer_writes_the_reader_reads()
    {
        Gen.Select(Entry, Gen.Byte.Array[0, 3000])
            .List[0, 8]
            .Sample(items =>
            {
                using var stream = new MemoryStream();
                var writer = new TarWriter(stream);
                foreach ((TarEntry entry, byte[] content) in items)
                {
                    byte[] data = entry.Type == TarEntryType.File ? content : [];
                    writer.Add(entry with { Size = data.Length }, data);
                }
                writer.Finish();
                stream.Position = 0;
                var reader = new TarReader(stream);
                foreach ((TarEntry entry, byte[] content) in items)
                {
                    TarEntry read = reader.Next()!;
                    Assert.Equal(Describe(entry), Describe(read));
                    if (entry.Type == TarEntryType.File)
                    {
                        using var copy = new MemoryStream();
                        reader.OpenContent(read).CopyTo(copy);
                        Assert.Equal(content, copy.ToArray());
                    }
                }
                Assert.Null(reader.Next());
                Assert.True(reader.HasEndMarker);
            });
    }

    [Fact]
    public void Contents_need_not_be_read()
    {
        using var stream = new MemoryStream(
            new Fixtures.TarBuilder().File("a", new byte[5000]).File("b", new byte[513]).Directory("c/").ToArray()
        );
        var reader = new TarReader(stream);
        Assert.Equal("a", reader.Next()!.PathText);
        Assert.Equal(100, reader.ReadChunk(100).Length);
        Assert.Equal("b", reader.Next()!.PathText);
        Assert.Equal("c/", reader.Next()!.PathText);
        Assert.Null(reader.Next());
    }

    private static string Describe(TarEntry entry) =>
        $"{entry.Type} {Convert.ToHexString(entry.Path.Span)} -> {Convert.ToHexString(entry.LinkTarget.Span)} {entry.Mode} "
        + $"{entry.UserId}:{entry.GroupId} {entry.Modified} {entry.DeviceMajor}:{entry.DeviceMinor} "
        + string.Join(", ", entry.Attributes.Select(a => $"{a.Name}={Encoding.Latin1.GetString(a.Value.Span)}"));
}
