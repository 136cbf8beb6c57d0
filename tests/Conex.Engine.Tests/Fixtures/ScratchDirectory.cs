using System.Globalization;
using Conex.Linux.Files;

namespace Conex.Engine.Tests.Fixtures;

/// <summary>A directory on a real file system that is gone after the test.</summary>
public sealed class ScratchDirectory : IDisposable
{
    private static int counter;
    private readonly string name;

    public ScratchDirectory()
    {
        name = string.Create(CultureInfo.InvariantCulture, $"conex-engine-{Environment.ProcessId}-{Interlocked.Increment(ref counter)}");
        Path = $"/var/tmp/{name}";
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string this[string relative] => $"{Path}/{relative}";

    /// <summary>Writes a file, making its directories.</summary>
    public string Write(string relative, string content)
    {
        string file = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    public void Dispose()
    {
        using DirectoryHandle parent = PathAt.OpenDirectory("/var/tmp");
        DirectoryTree.Remove(parent, name);
    }
}
