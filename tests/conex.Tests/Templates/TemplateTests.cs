using System.Text;
using Conex.Cli.Templates;
using CsCheck;

namespace Conex.Cli.Tests.Templates;

public sealed class TemplateTests
{
    private const string Data = """
        {"Name":"/web","State":{"Status":"running","Pid":42,"Dead":false},"Config":{"Env":["A=1","B=2"],"Labels":{"b":"2","a":"1"},"Cmd":null}}
        """;

    private static string Fill(string template) => Template.Parse(template).Fill(JsonTree.Parse(Encoding.UTF8.GetBytes(Data)));

    [Theory]
    [InlineData("{{.Name}}", "/web")]
    [InlineData("{{ .State.Status }}: {{.State.Pid}}", "running: 42")]
    [InlineData("{{json .State}}", "{\"Status\":\"running\",\"Pid\":42,\"Dead\":false}")]
    [InlineData("{{.State | json}}", "{\"Status\":\"running\",\"Pid\":42,\"Dead\":false}")]
    [InlineData("{{.Config.Env}}", "[A=1 B=2]")]
    [InlineData("{{.Config.Labels}}", "map[a:1 b:2]")]
    [InlineData("{{.Config.Cmd}}|{{.State.Dead}}", "<nil>|false")]
    [InlineData("{{index .Config.Labels \"b\"}}{{index .Config.Env 0}}{{index .Config.Labels \"none\"}}", "2A=1")]
    [InlineData("{{range .Config.Env}}<{{.}}>{{end}}", "<A=1><B=2>")]
    [InlineData("{{range .Config.Labels}}{{.}},{{end}}", "1,2,")]
    [InlineData("{{range .Config.Cmd}}x{{else}}none{{end}}", "none")]
    [InlineData("{{if .State.Dead}}dead{{else if eq .State.Status \"running\"}}alive{{else}}?{{end}}!", "alive!")]
    [InlineData("{{if and .Name (not .State.Dead)}}yes{{end}}", "yes")]
    [InlineData("{{with .State}}{{.Pid}} {{$.Name}}{{end}}", "42 /web")]
    [InlineData("{{join .Config.Env \", \"}}", "A=1, B=2")]
    [InlineData("{{upper .Name}} {{len .Config.Env}} {{printf \"%-4s|%d%%\" .Name .State.Pid}}", "/WEB 2 /web|42%")]
    [InlineData("a {{- .Name -}} b", "a/webb")]
    [InlineData("{{/* comment */}}x", "x")]
    [InlineData("a\\tb\\n", "a\tb\n")]
    [InlineData("{{println .Name}}", "/web\n")]
    [InlineData("{{(index .Config.Env 1) | lower}}", "b=2")]
    [InlineData("}} text", "}} text")]
    public void Common_templates_print_what_docker_prints(string template, string text) => Assert.Equal(text, Fill(template));

    [Theory]
    [InlineData("{{.X", "template parsing error: template: :1: unclosed action")]
    [InlineData("{{foo .X}}", "template parsing error: template: :1: function \"foo\" not defined")]
    [InlineData("{{if .X}}", "template parsing error: template: :1: {{if}} has no {{end}}")]
    [InlineData("{{end}}", "template parsing error: template: :1: unexpected {{end}}")]
    [InlineData("{{}}", "template parsing error: template: :1: missing value for command")]
    [InlineData("{{$x := .Name}}", "template parsing error: template: :1: variables are not supported")]
    [InlineData("{{template \"x\"}}", "template parsing error: template: :1: {{template}} is not supported")]
    public void A_wrong_template_says_why(string template, string reason) =>
        Assert.Equal(reason, Assert.Throws<FormatException>(() => Template.Parse(template)).Message);

    [Fact]
    public void A_field_that_is_not_there_is_an_error() =>
        Assert.Equal(
            "the template asks for .Nope, which is not there",
            Assert.Throws<FormatException>(() => Fill("{{.State.Nope}}")).Message
        );

    [Fact]
    public void Any_template_is_filled_or_refused_with_a_sentence()
    {
        var piece = Gen.OneOf(
            Gen.OneOf(
                "{{",
                "}}",
                "-",
                ".",
                "Name",
                "if ",
                "end",
                "else",
                "range ",
                "json ",
                "\"",
                "(",
                ")",
                "|",
                " ",
                "$",
                "index ",
                "0",
                "/*",
                "*/"
            ),
            Gen.String
        );
        piece
            .Array[0, 12]
            .Sample(static pieces =>
            {
                try
                {
                    Fill(string.Concat(pieces));
                }
                catch (FormatException reason)
                {
                    Assert.NotEmpty(reason.Message);
                }
            });
    }
}
