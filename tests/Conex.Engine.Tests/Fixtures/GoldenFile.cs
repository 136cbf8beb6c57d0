using System.Runtime.CompilerServices;

namespace Conex.Engine.Tests.Fixtures;

/// <summary>Compares a text with a file beside the tests. CONEX_UPDATE_GOLDEN=1 writes the files anew, for the difference to be read.</summary>
internal static class GoldenFile
{
    internal static void Matches(string name, string actual, [CallerFilePath] string caller = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(caller)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("CONEX_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }
        Assert.True(File.Exists(path), $"{path} is missing: run the tests once with CONEX_UPDATE_GOLDEN=1 and read what they wrote");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
