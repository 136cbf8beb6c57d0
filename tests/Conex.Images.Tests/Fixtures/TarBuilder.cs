using System.Text;
using Conex.Images.Tar;

namespace Conex.Images.Tests.Fixtures;

/// <summary>Writes a tar entry by entry.</summary>
public sealed class TarBuilder
{
    public static readonly TarTime Time = new(1_700_000_000, 123_456_789);
    private readonly List<(TarEntry Entry, byte[] Content)> entries = [];

    public TarBuilder Add(TarEntry entry, ReadOnlySpan<byte> content = default)
    {
        entries.Add((entry with { Size = content.Length }, content.ToArray()));
        return this;
    }

    public TarBuilder File(string path, string content = "content", uint mode = 0x1A4, uint user = 0, uint group = 0) =>
        File(path, Encoding.UTF8.GetBytes(content), mode, user, group);

    public TarBuilder File(string path, byte[] content, uint mode = 0x1A4, uint user = 0, uint group = 0) =>
        Add(Entry(TarEntryType.File, path, mode) with { UserId = user, GroupId = group }, content);

    public TarBuilder Directory(string path, uint mode = 0x1ED) => Add(Entry(TarEntryType.Directory, path, mode));

    public TarBuilder SymbolicLink(string path, string target) =>
        Add(Entry(TarEntryType.SymbolicLink, path, 0x1FF) with { LinkTarget = Encoding.UTF8.GetBytes(target) });

    public TarBuilder HardLink(string path, string target) =>
        Add(Entry(TarEntryType.HardLink, path, 0x1A4) with { LinkTarget = Encoding.UTF8.GetBytes(target) });

    public TarBuilder Device(string path, uint major, uint minor, TarEntryType type = TarEntryType.CharacterDevice) =>
        Add(Entry(type, path, 0x1B0) with { DeviceMajor = major, DeviceMinor = minor });

    public static TarEntry Entry(TarEntryType type, string path, uint mode) =>
        new()
        {
            Type = type,
            Path = Encoding.UTF8.GetBytes(path),
            Mode = mode,
            Modified = Time,
        };

    /// <summary>The same, but it ends with the last byte of the last file.</summary>
    public byte[] ToArrayWithoutEnd() => ToArray()[..^(1024 + (int)TarInput.Padding(entries[^1].Content.Length))];

    public byte[] ToArray()
    {
        using var stream = new MemoryStream();
        var writer = new TarWriter(stream);
        foreach ((TarEntry entry, byte[] content) in entries)
        {
            writer.Add(entry, content);
        }
        writer.Finish();
        return stream.ToArray();
    }
}
