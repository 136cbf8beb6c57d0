using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>Debian's docker.io and containerd, which <c>./test</c> unpacks: installed, their daemons would start.</summary>
internal static class UnpackedPeers
{
    private static readonly string Root =
        Environment.GetEnvironmentVariable("CONEX_PEERS") ?? Path.Combine(Repository.Root, "artifacts/peers");

    /// <summary>For PATH.</summary>
    internal static string Directories => $"{Root}/engine/usr/sbin:{Root}/engine/usr/bin";

    /// <summary>The same of a newer Debian's containerd.</summary>
    internal static string NewerContainerd => $"{Root}/containerd/usr/bin";

    /// <summary>Skips the test where the program could not be had.</summary>
    internal static string Program(string name, string? directories = null)
    {
        string? found = (directories ?? Directories).Split(':').Select(d => $"{d}/{name}").FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{name} is missing: ./test unpacks it in {directories ?? Directories}");
        return found!;
    }

    /// <summary>Skips the test where a program is not installed.</summary>
    internal static string Installed(string name)
    {
        string? found = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin"
            .Split(':')
            .Select(d => $"{d}/{name}")
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{name} is missing: apt-get install {name}");
        return found!;
    }
}
