using Conex.Api.Routing;
using Conex.Engine.Errors;

namespace Conex.Api.Tests.Routing;

public sealed class FilterQueryTests
{
    [Theory]
    [InlineData("""{"label":{"a=b":true,"c":true},"name":{"x":true}}""")]
    [InlineData("""{"label":["a=b","c"],"name":["x"]}""")]
    [InlineData("""{"label":{"a=b":true,"c":true,"off":false},"name":["x"]}""")]
    public void Both_forms_are_read(string text)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = FilterQuery.Parse(text, "label", "name");

        Assert.Equal(["a=b", "c"], filters["label"]);
        Assert.Equal(["x"], filters["name"]);
    }

    [Fact]
    public void No_filter_is_no_filter()
    {
        Assert.Empty(FilterQuery.Parse(null, "label"));
        Assert.Empty(FilterQuery.Parse("{}", "label"));
    }

    [Theory]
    [InlineData("""{"colour":["red"]}""", "invalid filter 'colour'")]
    [InlineData("""{"label":"a"}""", "invalid filter")]
    [InlineData("""{"label":[1]}""", "invalid filter")]
    [InlineData("""{"label":{"a":1}}""", "invalid filter")]
    [InlineData("""[]""", "invalid filter")]
    [InlineData("""{""", "invalid filter")]
    [InlineData("""{"label":[[[[[[["a"]]]]]]]}""", "invalid filter")]
    public void Anything_else_is_refused(string text, string reason) =>
        Assert.StartsWith(
            reason,
            Assert.Throws<InvalidRequestException>(() => FilterQuery.Parse(text, "label")).Message,
            StringComparison.Ordinal
        );
}
