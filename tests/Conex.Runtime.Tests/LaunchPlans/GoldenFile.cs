using System.Runtime.CompilerServices;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>Compares a text with a file that is kept beside the tests. CONEX_UPDATE_GOLDEN=1 writes the files anew, for the diff to be read.</summary>
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
