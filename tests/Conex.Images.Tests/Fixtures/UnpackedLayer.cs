using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Fixtures;

/// <summary>A tar unpacked into a directory beside which something precious lies.</summary>
public sealed class UnpackedLayer : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly string before;

    public UnpackedLayer(UnpackRules? rules = null)
    {
        Rules = rules;
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Outside);
        File.WriteAllText(scratch["outside/secret"], "secret");
        before = Describe(scratch["outside/secret"]) + Describe(Outside);
    }

    public UnpackRules? Rules { get; }

    public string Root => scratch["root"];

    public string Outside => scratch["outside"];

    public string this[string relative] => Path.Combine(Root, relative);

    public UnpackedLayer Unpack(TarBuilder tar) => Unpack(tar.ToArray());

    public UnpackedLayer Unpack(byte[] tar)
    {
        using var stream = new MemoryStream(tar);
        using DirectoryHandle directory = PathAt.OpenDirectory(Root);
        LayerExtractor.Extract(new TarReader(stream), directory, Rules);
        return this;
    }

    /// <summary>Unpacks what must be refused, and checks that nothing outside was touched, and that an index of it is refused with the same words.</summary>
    public string Refuse(TarBuilder tar)
    {
        string message = Assert.Throws<LayerException>(() => Unpack(tar)).Message;
        using var stream = new MemoryStream(tar.ToArray());
        using var tree = new LayerTree(new UnpackRules(Privileged: true), scratch: null);
        Assert.Equal(message, Assert.Throws<LayerException>(() => LayerIndexer.Read(new TarReader(stream), tree)).Message);
        AssertNothingOutside();
        return message;
    }

    public FileStatus? Status(string relative) => PathAt.Status(this[relative], follow: false);

    public void AssertNothingOutside()
    {
        Assert.Equal(before, Describe(Path.Combine(Outside, "secret")) + Describe(Outside));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(Outside, "secret")));
        Assert.Equal(
            ["outside", "root"],
            Directory.EnumerateFileSystemEntries(scratch.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    public void Dispose() => scratch.Dispose();

    private static string Describe(string path) => $"{PathAt.Status(path, follow: false)}";
}
