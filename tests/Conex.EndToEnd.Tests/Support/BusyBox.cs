namespace Conex.EndToEnd.Tests.Support;

/// <summary>Makes root file systems of busybox-static: one program and a link for each of its names.</summary>
internal static class BusyBox
{
    private static readonly Lazy<string> Source = new(() => Product.OfMachine("busybox", "busybox-static"));

    private static readonly Lazy<string[]> Names = new(() => RunningProgram.Run(Source.Value, ["--list"]).Succeeded().Lines);

    /// <summary>Fills an empty directory.</summary>
    internal static void Unpack(string root)
    {
        foreach (string directory in (string[])["bin", "dev", "etc", "proc", "root", "sys", "tmp", "usr/bin", "var"])
        {
            Directory.CreateDirectory($"{root}/{directory}");
        }
        File.SetUnixFileMode($"{root}/tmp", (UnixFileMode)0x3FF);
        // A copy, no link: root in a container may write to it.
        Executable.Copy(Source.Value, $"{root}/bin/busybox");
        foreach (string name in Names.Value.Where(n => n != "busybox"))
        {
            File.CreateSymbolicLink($"{root}/bin/{name}", "busybox");
        }
        File.WriteAllText(
            $"{root}/etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\nadam:x:1000:1000:Adam:/home/adam:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
        );
        File.WriteAllText($"{root}/etc/group", "root:x:0:\nadam:x:1000:\nstaff:x:50:adam\n");
    }
}
