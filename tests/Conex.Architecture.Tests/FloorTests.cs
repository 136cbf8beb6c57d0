using System.Xml.Linq;

namespace Conex.Architecture.Tests;

/// <summary>Who may use whom: a project uses only projects on lower floors.</summary>
public sealed class FloorTests
{
    private const int Programs = 5;

    private static readonly Dictionary<string, int> Floors = new(StringComparer.Ordinal)
    {
        ["Conex.Linux"] = 1,
        ["Conex.CommandLine"] = 1,
        ["Conex.Oci"] = 1,
        ["Conex.Runtime"] = 2,
        ["Conex.Images"] = 2,
        ["Conex.Engine"] = 3,
        ["Conex.DockerApi"] = 3,
        ["Conex.Api"] = 4,
        ["conex"] = Programs,
        ["conexd"] = Programs,
        ["conex-runtime"] = Programs,
        ["hello"] = Programs,
    };

    /// <summary>Programs that see less than everything below them.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["conex"] = ["Conex.CommandLine", "Conex.DockerApi", "Conex.Images", "Conex.Linux", "Conex.Oci"],
        ["conex-runtime"] = ["Conex.CommandLine", "Conex.Linux", "Conex.Oci", "Conex.Runtime"],
        ["hello"] = [],
    };

    public static TheoryData<string> Projects => [.. Repository.Projects()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_lower_floors(string project)
    {
        Assert.True(Floors.TryGetValue(project, out int floor), $"{project} has no floor: give it one here and in ARCHITECTURE.md");
        foreach (string used in References(project))
        {
            Assert.True(Floors[used] < floor, $"{project} (floor {floor}) uses {used} (floor {Floors[used]})");
            Assert.True(!Allowed.TryGetValue(project, out string[]? allowed) || allowed.Contains(used), $"{project} may not see {used}");
        }
    }

    [Fact]
    public void Every_floor_belongs_to_a_project() => Assert.Equal(Floors.Keys.Order(StringComparer.Ordinal), Repository.Projects());

    [Theory]
    [InlineData("Conex.Linux")]
    [InlineData("Conex.CommandLine")]
    [InlineData("Conex.Oci")]
    [InlineData("Conex.Runtime")]
    [InlineData("conex")]
    [InlineData("conex-runtime")]
    public void What_starts_in_a_millisecond_uses_no_package(string project) =>
        Assert.Empty(Load(project).Descendants("PackageReference").Select(e => (string?)e.Attribute("Include")));

    private static IEnumerable<string> References(string project) =>
        Load(project).Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension((string)e.Attribute("Include")!));

    private static XDocument Load(string project) => XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
}
