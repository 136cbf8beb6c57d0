using System.Diagnostics;

namespace Conex.Images.Tests.Fixtures;

/// <summary>fsck.erofs of a newer Debian, unpacked by <c>./test</c> with the libraries it needs.</summary>
public static class ErofsTool
{
    private static readonly string Root = $"{Environment.GetEnvironmentVariable("CONEX_PEERS")}/erofs";

    public static void Need() =>
        Assert.SkipUnless(File.Exists($"{Root}/usr/bin/fsck.erofs"), "needs fsck.erofs, which ./test fetches as root");

    /// <summary>Asserts that the checker finds nothing, with all files' content read.</summary>
    public static void Check(string index, string tar)
    {
        string libraries = $"{Root}/usr/lib/x86_64-linux-gnu";
        var start = new ProcessStartInfo(
            $"{libraries}/ld-linux-x86-64.so.2",
            ["--library-path", libraries, $"{Root}/usr/bin/fsck.erofs", "--extract", $"--device={tar}", index]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"fsck.erofs: {output}");
    }
}
