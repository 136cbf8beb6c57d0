using System.Globalization;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Fixtures;

/// <summary>A directory on a real file system that is gone after the test, whatever was unpacked into it.</summary>
public sealed class ScratchDirectory : IDisposable
{
    private static int counter;
    private readonly string name;

    public ScratchDirectory()
    {
        name = string.Create(CultureInfo.InvariantCulture, $"conex-images-{Environment.ProcessId}-{Interlocked.Increment(ref counter)}");
        Path = System.IO.Path.Combine("/var/tmp", name);
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public static void NeedRoot() =>
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: owners, device nodes and trusted attributes");

    public void Dispose()
    {
        using DirectoryHandle parent = PathAt.OpenDirectory("/var/tmp");
        DirectoryTree.Remove(parent, name);
    }
}
