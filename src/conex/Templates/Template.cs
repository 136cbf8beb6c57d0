using System.Text;

namespace Conex.Cli.Templates;

/// <summary>
/// The part of Go's text/template that people give to <c>--format</c>: fields, <c>if</c>, <c>range</c>, pipelines, and the functions of
/// <see cref="TemplateFunctions"/>. Variables and definitions are refused by name.
/// </summary>
internal sealed class Template
{
    private readonly List<TemplateNode> _nodes;

    private Template(List<TemplateNode> nodes) => _nodes = nodes;

    /// <summary>Reads a template; <c>\n</c> and <c>\t</c> outside of actions mean a line's end and a tab, because shells make them hard to type.</summary>
    /// <exception cref="FormatException">The template is wrong, or uses what is not supported; the message says what.</exception>
    internal static Template Parse(string text) => new(new TemplateParser(text).ParseAll());

    /// <summary>Fills the template.</summary>
    /// <exception cref="FormatException">The data has no such field, or a function cannot take what it got.</exception>
    internal string Fill(object? data)
    {
        var output = new StringBuilder();
        Fill(_nodes, data, data, output);
        return output.ToString();
    }

    private static void Fill(List<TemplateNode> nodes, object? root, object? dot, StringBuilder output)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case TextNode text:
                    output.Append(text.Text);
                    break;
                case ValueNode value:
                    output.Append(TemplateValue.Text(value.Pipeline.Evaluate(root, dot)));
                    break;
                case IfNode choice:
                    var branch = TemplateValue.IsTrue(choice.Condition.Evaluate(root, dot)) ? choice.Then : choice.Else;
                    Fill(branch, root, dot, output);
                    break;
                case WithNode with:
                    var value1 = with.Value.Evaluate(root, dot);
                    if (TemplateValue.IsTrue(value1))
                        Fill(with.Then, root, value1, output);
                    else
                        Fill(with.Else, root, dot, output);
                    break;
                case RangeNode range:
                    var any = false;
                    foreach (var item in TemplateValue.Items(range.List.Evaluate(root, dot)))
                    {
                        any = true;
                        Fill(range.Body, root, item, output);
                    }
                    if (!any)
                        Fill(range.Else, root, dot, output);
                    break;
            }
        }
    }
}
