using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What conexd.json allows of layers holds for all ways in which they come.</summary>
public sealed class LayerLimitSettingTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose()
    {
        house.KillDaemon();
        house.Environment.Remove("CONEX_CONFIG");
        house.Do("ps").Succeeded();
        Assert.Equal(["box", "hello"], house.Ask("images", "--format", "{{.Repository}}").Split('\n').Order(StringComparer.Ordinal));
        house.RequireClean();
    }

    [Fact]
    public void A_layer_beyond_max_layer_size_is_refused_by_import_load_and_pull()
    {
        const string sentence = "\"max-layer-size\" in conexd.json allows more";
        const string make = "head -c 2M /dev/urandom >random && tar -c random >layer.tar && rm random && $CONEX import layer.tar large:1";
        house.DoOnHost($"cd {house.Place} && {make} && $CONEX save -o large.tar large:1 && $CONEX rmi large:1").Succeeded();
        Allow("""{"max-layer-size": "1MiB"}""");

        house.Do("import", $"{house.Place}/layer.tar", "large:1").FailedWith(1, sentence);
        house.Do("load", "-q", "-i", $"{house.Place}/large.tar").FailedWith(1, sentence);
        using (var registry = new RegistryServer())
        {
            string name = $"{registry.Host}/large:1";
            house
                .DoProgram(
                    Product.OfMachine("skopeo", "skopeo"),
                    "copy",
                    "-q",
                    "--insecure-policy",
                    "--dest-tls-verify=false",
                    $"docker-archive:{house.Place}/large.tar",
                    $"docker://{name}"
                )
                .Succeeded();
            Assert.Contains(sentence, house.Do("pull", "-q", name).EndedWith(1).Error, StringComparison.Ordinal);
        }
        house.DoOnHost($"cd {house.Place} && echo small >file && tar -c file | $CONEX import - small:1").Succeeded();
        house.Do("rmi", "small:1").Succeeded();
    }

    [Fact]
    public void A_layer_that_expands_beyond_max_layer_expansion_is_refused()
    {
        // Half a GiB is free.
        const string make = "head -c 700M /dev/zero >zeros && tar -c zeros | gzip -1 >zeros.tgz && rm zeros";
        house.DoOnHost($"cd {house.Place} && {make}").Succeeded();
        Allow("""{"max-layer-expansion": 10}""");

        house.Do("import", $"{house.Place}/zeros.tgz", "zeros:1").FailedWith(1, "expands more than 10 times");
        File.Delete($"{house.Place}/zeros.tgz");
    }

    private void Allow(string settings)
    {
        house.KillDaemon();
        house.WriteFile("conexd.json", settings);
        house.Environment["CONEX_CONFIG"] = $"{house.Place}/conexd.json";
    }
}
