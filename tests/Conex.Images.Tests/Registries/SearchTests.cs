using System.Text;
using Conex.Images.Registries;

namespace Conex.Images.Tests.Registries;

public sealed class SearchTests : IDisposable
{
    private readonly PullHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task Dockers_search_call_is_asked_first()
    {
        house.Registry.Interfere = request =>
            request.Path == "/v1/search"
                ? Json(
                    $$"""{"results":[{"name":"team/app","description":"an app","star_count":7,"is_official":true},{"name":"{{house.Registry.Host}}/other"},{"nameless":1},3]}"""
                )
                : null;

        IReadOnlyList<FoundRepository> found = await SearchAsync("app & more", 10);

        Assert.Equal(
            [
                new FoundRepository($"{house.Registry.Host}/team/app", "an app", 7, true, false),
                new FoundRepository($"{house.Registry.Host}/other", "", 0, false, false),
            ],
            found
        );
        FakeRequest asked = Assert.Single(house.Registry.Requests, request => request.Path == "/v1/search");
        Assert.Equal("app & more", asked.Query("q"));
        Assert.Equal("10", asked.Query("n"));
    }

    [Fact]
    public async Task A_registry_without_it_is_searched_by_its_catalog_page_by_page()
    {
        string[] all = ["a/app", "b/tool", "c/APP-two", "d/apple"];
        house.Registry.Interfere = request =>
        {
            if (request.Path != "/v2/_catalog")
            {
                return null;
            }
            string[] page = [.. all.SkipWhile(name => string.CompareOrdinal(name, request.Query("last") ?? "") <= 0).Take(2)];
            FakeAnswer answer = Json($$"""{"repositories":[{{string.Join(',', page.Select(name => $"\"{name}\""))}}]}""");
            answer.Headers["Link"] = "</v2/_catalog>; rel=\"next\"";
            return answer;
        };

        Assert.Equal(
            ["a/app", "c/APP-two", "d/apple"],
            (await SearchAsync("app", 10)).Select(one => one.Name[(house.Registry.Host.Length + 1)..])
        );
        Assert.Equal(2, (await SearchAsync("app", 2)).Count);
    }

    [Theory]
    [InlineData("/v1/search", "{")]
    [InlineData("/v2/_catalog", "[")]
    public async Task An_answer_that_is_no_JSON_is_refused_with_a_sentence(string path, string body)
    {
        house.Registry.Interfere = request => request.Path == path ? Json(body) : null;

        Assert.Contains(
            "is no JSON",
            (await Assert.ThrowsAsync<RegistryException>(() => SearchAsync("app", 10))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_registry_that_lets_nobody_search_says_so()
    {
        RegistryException refused = await Assert.ThrowsAsync<RegistryException>(() => SearchAsync("app", 10));

        Assert.Contains($"search {house.Registry.Host} for app", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsNotFound);
    }

    private Task<IReadOnlyList<FoundRepository>> SearchAsync(string term, int limit) =>
        house.Client.SearchAsync(house.Registry.Host, term, limit, null, TestContext.Current.CancellationToken);

    private static FakeAnswer Json(string body) =>
        new(200, Encoding.UTF8.GetBytes(body)) { Headers = { ["Content-Type"] = "application/json" } };
}
