namespace Conex.EndToEnd.Tests.Support;

/// <summary>The published programs that these tests run. One that is missing fails the test with the command that builds it.</summary>
internal static class Product
{
    private const string Build = "eng/build";
    private const string BuildCrashSteps = "eng/build --crash-steps";

    /// <summary>The three programs as users get them; CONEX_PRODUCT names another directory.</summary>
    internal static string Directory => Environment.GetEnvironmentVariable("CONEX_PRODUCT") ?? InRepository("artifacts/product");

    /// <summary>The programs that end at a named step; CONEX_CRASH_PRODUCT names another directory.</summary>
    internal static string CrashDirectory =>
        Environment.GetEnvironmentVariable("CONEX_CRASH_PRODUCT") ?? InRepository("artifacts/crash-steps");

    internal static string Runtime => Existing($"{Directory}/conex-runtime", Build);

    internal static string CrashRuntime => Existing($"{CrashDirectory}/conex-runtime", BuildCrashSteps);

    /// <summary>The program that starts system call programs by the thousand; CONEX_STRESS names another one.</summary>
    internal static string LaunchStress =>
        Existing(
            Environment.GetEnvironmentVariable("CONEX_STRESS") ?? InRepository("artifacts/product-tests/launch-stress"),
            "dotnet publish tests/launch-stress/launch-stress.csproj -c Release -r linux-x64 -o artifacts/product-tests"
        );

    /// <summary>A program of the machine, looked up on PATH.</summary>
    internal static string OfMachine(string name, string package)
    {
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            if (File.Exists($"{directory}/{name}"))
            {
                return $"{directory}/{name}";
            }
        }
        return Existing($"/bin/{name}", $"apt-get install {package}");
    }

    internal static string Existing(string path, string howToGet)
    {
        Assert.True(File.Exists(path), $"{path} is missing. This makes it: {howToGet}");
        return path;
    }

    private static string InRepository(string path) => Path.Combine(Repository.Root, path);
}
