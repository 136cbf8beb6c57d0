using System.Text.RegularExpressions;

namespace Conex.Architecture.Tests;

/// <summary>Rules that the compiler does not know.</summary>
public sealed class SourceRuleTests
{
    private static readonly string[] StaticProjects =
    [
        "Conex.Linux",
        "Conex.CommandLine",
        "Conex.Oci",
        "Conex.Runtime",
        "Conex.DockerApi",
        "conex",
        "conex-runtime",
    ];

    /// <summary>What breaks or costs milliseconds in a static program: cryptography and name services load the shared libraries of the
    /// machine they were built on, and Guid needs /dev/urandom, which an empty root has not.</summary>
    private static readonly string[] Banned =
    [
        "System.Security.Cryptography",
        "System.Net.Http",
        "Dns.",
        "Guid.NewGuid",
        "Environment.UserName",
        "Environment.MachineName",
        "NetworkInterface.",
        "RandomNumberGenerator",
        "SHA256.",
    ];

    [Fact]
    public void Only_Conex_Linux_calls_the_C_library()
    {
        foreach (string project in Repository.Projects().Where(p => p != "Conex.Linux"))
        {
            foreach (string file in Repository.Sources(project))
            {
                string text = string.Join('\n', File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));
                Assert.False(Regex.IsMatch(text, @"\[(LibraryImport|DllImport)|\bunsafe\b"), $"{file} has P/Invoke or unsafe code");
            }
        }
    }

    [Fact]
    public void Static_programs_use_nothing_that_loads_shared_libraries()
    {
        foreach (string file in StaticProjects.SelectMany(Repository.Sources))
        {
            string text = File.ReadAllText(file);
            foreach (string banned in Banned)
            {
                Assert.False(text.Contains(banned, StringComparison.Ordinal), $"{file} uses {banned}");
            }
        }
    }

    [Fact]
    public void A_crash_step_has_a_name_of_its_own()
    {
        List<string> names =
        [
            .. Repository
                .Projects()
                .SelectMany(Repository.Sources)
                .SelectMany(f => Regex.Matches(File.ReadAllText(f), "CrashStep\\.At\\(\"([^\"]+)\"\\)"))
                .Select(m => m.Groups[1].Value),
        ];
        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_file_or_folder_has_a_name_that_says_nothing()
    {
        var vague = new Regex("(Helper|Util|Utils|Common|Manager|Misc)s?(/|\\.cs$)");
        Assert.DoesNotContain(Repository.Projects().SelectMany(Repository.Sources), f => vague.IsMatch(f[Repository.Root.Length..]));
    }
}
