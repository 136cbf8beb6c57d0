using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>list and ps.</summary>
public sealed class ListTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void No_containers_are_null_in_JSON_and_a_header_in_a_table()
    {
        Assert.Equal("null", house.Do("list", "--format", "json").Text);
        Assert.StartsWith("ID ", Assert.Single(house.Do("list").Lines), StringComparison.Ordinal);
        Assert.Equal("", house.Do("list", "-q").Output);
    }

    [Fact]
    public void List_shows_every_container_with_its_owner()
    {
        house.RunDetached(house.NewBundle());
        using var list = JsonDocument.Parse(house.Do("list", "--format=json").Text);
        JsonElement container = Assert.Single(list.RootElement.EnumerateArray());
        Assert.Equal(house.Id, container.GetProperty("id").GetString());
        Assert.Equal("running", container.GetProperty("status").GetString());
        Assert.Equal("root", container.GetProperty("owner").GetString());
        Assert.Equal(house.Id, house.Do("list", "-q").Text);
        string[] columns = house.Do("list").Lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([house.Id, RuntimeHouse.Text(house.InitPid), "running"], columns[..3]);
        house.Remove();
    }

    [Fact]
    public void List_leaves_out_what_is_no_container()
    {
        Directory.CreateDirectory($"{house.StateRoot}/half-made");
        Assert.Equal("null", house.Do("list", "--format", "json").Text);
        house.Do("state", "half-made").FailedWith(1, "container does not exist");
        house.Do("delete", "--force", "half-made").Succeeded();
    }

    [Fact]
    public void Ps_shows_the_processes_by_the_hosts_numbers()
    {
        TestBundle bundle = house.NewBundle().Shell("sleep 1000001 & echo ready; wait");
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("ready");
        using var numbers = JsonDocument.Parse(house.Do("ps", "--format", "json", house.Id).Text);
        Assert.Equal(2, numbers.RootElement.GetArrayLength());
        Assert.Contains(house.InitPid, numbers.RootElement.EnumerateArray().Select(e => e.GetInt32()));
        Assert.Contains("sleep 1000001", house.Do("ps", house.Id).Text, StringComparison.Ordinal);
        house.Remove();
    }
}
