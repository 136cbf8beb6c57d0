using System.Text.RegularExpressions;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What a pull brings from a registry, when there is one, and what it shows.</summary>
public sealed class PullTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly Lazy<RegistryServer> registry = new(() => new RegistryServer());

    private string Host => registry.Value.Host;

    public void Dispose()
    {
        house.RequireClean();
        if (registry.IsValueCreated)
        {
            registry.Value.Dispose();
        }
    }

    [Fact]
    public void Run_pulls_what_is_missing_or_always_or_never()
    {
        string app = $"{Host}/run:1";
        ImageArchive.Load(house, app, "from the registry");
        house.Do("push", app).Succeeded();
        house.Do("rmi", app).Succeeded();
        string[] run = ["run", "--rm", "--network", "none"];

        Assert.Contains("No such image", house.Do([.. run, "--pull", "never", app]).EndedWith(125).Error, StringComparison.Ordinal);
        CommandResult result = house.Do([.. run, app]).Succeeded();
        Assert.Equal("from the registry", result.Output);
        Assert.Contains($"Unable to find image '{app}' locally", result.Error, StringComparison.Ordinal);
        Assert.Contains("Pull complete", result.Error, StringComparison.Ordinal);
        Assert.Empty(house.Do([.. run, app]).Succeeded().Error);
        Assert.Contains("Image is up to date", house.Do([.. run, "--pull", "always", app]).Succeeded().Error, StringComparison.Ordinal);
        house.Do("rmi", app).Succeeded();
    }

    [Fact]
    public void All_tags_policies_and_quiet()
    {
        string name = $"{Host}/tags";
        foreach (string tag in (string[])["a", "b"])
        {
            house.Import($"{name}:{tag}", $"ENV T={tag}");
        }
        Assert.Equal(2, Regex.Count(house.Ask("push", "--all-tags", name), "sha256:[0-9a-f]{64}"));
        house.Do("rmi", $"{name}:a", $"{name}:b").Succeeded();

        Assert.Contains("never", house.Do("pull", "--policy", "never", $"{name}:a").EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Equal($"{name}:a", house.Ask("pull", "-q", "--policy", "missing", $"{name}:a"));
        Assert.Equal($"{name}:a", house.Ask("pull", "--policy", "missing", $"{name}:a"));
        house.Do("pull", "-a", name).Succeeded();
        Assert.Equal("T=b", house.Ask("inspect", "-f", "{{index .Config.Env 0}}", $"{name}:b"));
        Assert.Contains(
            "tag can't be used with --all-tags",
            house.Do("pull", "-a", $"{name}:a").EndedWith(1).Error,
            StringComparison.Ordinal
        );
        house.Do("rmi", $"{name}:a", $"{name}:b").Succeeded();
    }

    [Fact]
    public void All_tags_are_pulled_also_those_that_are_here_already_and_quiet_says_only_the_name()
    {
        string name = $"{Host}/all";
        foreach (string tag in (string[])["a", "b", "c"])
        {
            house.Import($"{name}:{tag}", $"ENV T={tag}");
        }
        house.Do("push", "-q", "-a", name).Succeeded();
        house.Do("rmi", $"{name}:b", $"{name}:c").Succeeded();
        // A tag that has moved here since.
        house.Do("tag", "box", $"{name}:a").Succeeded();

        Assert.Equal(name, house.Ask("pull", "-q", "-a", name));

        Assert.Equal(
            "a b c",
            string.Join(' ', house.Ask("images", "--format", "{{.Tag}}", name).Split('\n').Order(StringComparer.Ordinal))
        );
        foreach (string tag in (string[])["a", "b", "c"])
        {
            Assert.Equal($"T={tag}", house.Ask("inspect", "-f", "{{index .Config.Env 0}}", $"{name}:{tag}"));
        }
        Assert.Equal(3, house.Ask("pull", "-a", name).Split('\n').Count(line => line.StartsWith("Digest: ", StringComparison.Ordinal)));
        house.Do("pull", "-q", "-a", $"{Host}/none").EndedWith(1);
        house.Do("rmi", $"{name}:a", $"{name}:b", $"{name}:c").Succeeded();
    }
}
