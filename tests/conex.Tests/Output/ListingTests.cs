using System.Text;
using System.Text.Json;
using Conex.Cli.Output;
using CsCheck;

namespace Conex.Cli.Tests.Output;

public sealed class ListingTests
{
    private static Listing Listing()
    {
        var listing = new Listing([("ID", "CONTAINER ID"), ("Image", "IMAGE"), ("Names", "NAMES")]);
        listing.Add("0123456789ab", "busybox", "web");
        listing.Add("ba9876543210", "registry/long/name:1", "db");
        return listing;
    }

    [Fact]
    public void A_table_has_columns_as_wide_as_their_widest_cell()
    {
        var expected = """
            CONTAINER ID   IMAGE                  NAMES
            0123456789ab   busybox                web
            ba9876543210   registry/long/name:1   db

            """;
        Assert.Equal(expected, Listing().Text(null, ["ID", "Image", "Names"]));
        Assert.Equal(expected, Listing().Text("table", ["ID", "Image", "Names"]));
    }

    [Fact]
    public void An_empty_table_still_has_its_headings_ten_wide() =>
        Assert.Equal("IMAGE     NAMES\n", new Listing([("Image", "IMAGE"), ("Names", "NAMES")]).Text("", ["Image", "Names"]));

    [Fact]
    public void Json_prints_an_object_a_line_sorted_by_field() =>
        Assert.StartsWith(
            "{\"ID\":\"0123456789ab\",\"Image\":\"busybox\",\"Names\":\"web\"}\n{",
            Listing().Text("json", []),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_template_prints_a_line_a_row() =>
        Assert.Equal("web=busybox\ndb=registry/long/name:1\n", Listing().Text("{{.Names}}={{.Image}}", []));

    [Fact]
    public void A_table_template_makes_its_own_columns() =>
        Assert.Equal(
            "NAMES     CONTAINER ID\nweb       0123456789ab\ndb        ba9876543210\n",
            Listing().Text("table {{.Names}}\\t{{.ID}}", [])
        );

    [Fact]
    public void Json_is_indented_by_four_and_empty_values_stay_short() =>
        Assert.Equal(
            """
            {
                "A": [
                    1,
                    "x: {y, [z"
                ],
                "B": {},
                "C": []
            }
            """,
            Encoding.UTF8.GetString(JsonText.Indented("""{"A":[1,"x: {y, [z"],"B":{ },"C":[]}"""u8))
        );

    [Fact]
    public void Indenting_and_compacting_keep_the_value() =>
        Gen
            .String.Array[0, 5]
            .Sample(static texts =>
            {
                var json = JsonSerializer.Serialize(texts);
                Assert.Equal(json, JsonText.Compact(JsonText.Indented(Encoding.UTF8.GetBytes(json))));
            });
}
