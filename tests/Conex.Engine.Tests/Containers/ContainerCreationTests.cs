using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Tests.Fixtures;

namespace Conex.Engine.Tests.Containers;

public sealed class ContainerCreationTests
{
    [Fact]
    public async Task What_the_image_says_fills_in_what_the_request_leaves_open()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();

        string id = await house.CreateAsync(change: one => one with { Environment = ["SIZE=1"] });

        ContainerDetails container = house.Containers.Inspect(id);
        Assert.Equal(["/bin/box", "serve"], container.Arguments);
        Assert.Equal(["SIZE=1", "COLOUR=blue"], container.Configuration.Environment);
        Assert.Equal("box", container.Configuration.Labels["kind"]);
        Assert.Equal(id[..12], container.Hostname);
        Assert.Equal(64, id.Length);
    }

    [Fact]
    public async Task A_name_is_made_up_when_none_is_given()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();

        string id = await house.CreateAsync();

        Assert.Matches("^[a-z]+_[a-z]+$", house.Containers.Inspect(id).Name);
    }

    [Fact]
    public async Task A_container_is_found_by_name_id_and_prefix()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string id = await house.CreateAsync("web");

        Assert.Equal(id, house.Containers.Inspect("web").Id);
        Assert.Equal(id, house.Containers.Inspect("/web").Id);
        Assert.Equal(id, house.Containers.Inspect(id).Id);
        Assert.Equal(id, house.Containers.Inspect(id[..8]).Id);
        Assert.Equal("No such container: we", Assert.Throws<NotFoundException>(() => house.Containers.Inspect("we")).Message);
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("/web.1_x-y", true)]
    [InlineData("w", false)]
    [InlineData("_web", false)]
    [InlineData("web/1", false)]
    [InlineData("wéb", false)]
    public void Names_follow_dockers_rule(string name, bool allowed)
    {
        if (allowed)
        {
            Assert.Equal(name.TrimStart('/'), ContainerNames.Normalize(name));
            return;
        }
        InvalidRequestException e = Assert.Throws<InvalidRequestException>(() => ContainerNames.Normalize(name));
        Assert.Equal($"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, two of them or more", e.Message);
    }

    [Fact]
    public async Task A_missing_image_is_dockers_sentence()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();

        NotFoundException e = await Assert.ThrowsAsync<NotFoundException>(() =>
            house.CreateAsync(change: one => one with { Image = "nope" })
        );

        Assert.Equal("No such image: nope:latest", e.Message);
    }

    [Fact]
    public async Task A_refused_request_leaves_nothing()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();

        await Assert.ThrowsAsync<InvalidRequestException>(() =>
            house.CreateAsync("web", one => one with { Host = one.Host with { CapAdd = ["NOPE"] } })
        );

        Assert.Empty(Directory.EnumerateFileSystemEntries($"{house.DataRoot}/containers"));
        await house.CreateAsync("web");
    }

    [Fact]
    public async Task The_bridge_is_accepted_with_a_warning()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();

        CreatedContainer created = await house.Containers.CreateAsync(
            null,
            new ContainerConfiguration { Image = "box" },
            TestContext.Current.CancellationToken
        );

        Assert.Equal(["network bridge is not available yet: the container gets no network but loopback"], created.Warnings);
    }

    [Fact]
    public async Task A_container_in_use_keeps_its_image()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        await house.RunAsync();

        Assert.Throws<ConflictException>(() => house.Engine.Images.Remove("box", force: false));
    }
}
