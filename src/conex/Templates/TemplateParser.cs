using System.Globalization;
using System.Text;

namespace Conex.Cli.Templates;

/// <summary>Reads a template's text.</summary>
internal sealed class TemplateParser(string text)
{
    private const int DeepestNesting = 32;
    private int _position;
    private int _depth;

    internal List<TemplateNode> ParseAll()
    {
        var nodes = ParseNodes(out var end);
        return end is null ? nodes : throw Wrong($"unexpected {{{{{end}}}}}");
    }

    /// <summary>Reads up to the text's end or an <c>else</c> or <c>end</c>, which it returns.</summary>
    private List<TemplateNode> ParseNodes(out string? end)
    {
        if (++_depth > DeepestNesting)
            throw Wrong($"nested more than {DeepestNesting} levels deep");
        var nodes = new List<TemplateNode>();
        while (true)
        {
            var open = text.IndexOf("{{", _position, StringComparison.Ordinal);
            AddText(nodes, text[_position..(open < 0 ? text.Length : open)], open >= 0 && TrimsBefore(open));
            if (open < 0)
            {
                _position = text.Length;
                end = null;
                break;
            }
            _position = TrimsBefore(open) ? open + 3 : open + 2;
            if (text.AsSpan(_position).TrimStart().StartsWith("/*"))
            {
                var close = text.IndexOf("*/", _position, StringComparison.Ordinal);
                _position = close < 0 ? throw Wrong("unclosed comment") : close + 2;
                CloseAction();
                continue;
            }
            var word = PeekWord();
            if (word is "end" or "else")
            {
                _position += word.Length;
                if (word == "end" || PeekWord() != "if")
                    CloseAction();
                end = word;
                break;
            }
            nodes.Add(ParseAction(word));
        }
        _depth--;
        return nodes;
    }

    private TemplateNode ParseAction(string word)
    {
        switch (word)
        {
            case "if" or "with" or "range":
                _position += word.Length;
                var pipeline = ParsePipeline();
                CloseAction();
                var body = ParseNodes(out var end);
                List<TemplateNode> other = [];
                if (end == "else")
                {
                    if (word == "if" && PeekWord() == "if")
                    {
                        // else if: the inner if takes the one end that closes both.
                        other = [ParseAction("if")];
                        return new IfNode(pipeline, body, other);
                    }
                    other = ParseNodes(out end);
                }
                if (end != "end")
                    throw Wrong($"{{{{{word}}}}} has no {{{{end}}}}");
                return word switch
                {
                    "if" => new IfNode(pipeline, body, other),
                    "with" => new WithNode(pipeline, body, other),
                    _ => new RangeNode(pipeline, body, other),
                };
            case "define" or "template" or "block" or "break" or "continue":
                throw Wrong($"{{{{{word}}}}} is not supported");
            default:
                var value = ParsePipeline();
                CloseAction();
                return new ValueNode(value);
        }
    }

    private Pipeline ParsePipeline()
    {
        var calls = new List<TemplateCall>();
        do
        {
            SkipSpace();
            string? function = null;
            if (_position < text.Length && char.IsAsciiLetter(text[_position]))
            {
                var word = PeekWord();
                if (word is not ("true" or "false" or "nil"))
                {
                    if (!TemplateFunctions.Exists(word))
                        throw Wrong($"function \"{word}\" not defined");
                    _position += word.Length;
                    function = word;
                }
            }
            var arguments = new List<Operand>();
            while (TryParseOperand() is { } operand)
                arguments.Add(operand);
            if (function is null && arguments.Count != 1)
                throw Wrong(arguments.Count == 0 ? "missing value for command" : "only a function takes arguments");
            calls.Add(new TemplateCall(function, arguments));
        } while (TryTake('|'));
        return new Pipeline(calls);
    }

    private Operand? TryParseOperand()
    {
        SkipSpace();
        if (_position >= text.Length)
            throw Wrong("unclosed action");
        var c = text[_position];
        switch (c)
        {
            case '.':
                return new FieldOperand(false, ParsePath());
            case '$':
                _position++;
                if (_position < text.Length && char.IsAsciiLetter(text[_position]))
                    throw Wrong("variables are not supported");
                return new FieldOperand(true, _position < text.Length && text[_position] == '.' ? ParsePath() : []);
            case '"' or '`':
                return new LiteralOperand(ParseString(c));
            case '(':
                _position++;
                if (++_depth > DeepestNesting)
                    throw Wrong($"nested more than {DeepestNesting} levels deep");
                var inner = ParsePipeline();
                _depth--;
                if (!TryTake(')'))
                    throw Wrong("unclosed left parenthesis");
                return new PipelineOperand(inner, _position < text.Length && text[_position] == '.' ? ParsePath() : []);
            case '-' when _position + 1 < text.Length && char.IsAsciiDigit(text[_position + 1]):
            case >= '0' and <= '9':
                var start = _position++;
                while (_position < text.Length && char.IsAsciiDigit(text[_position]))
                    _position++;
                if (
                    !long.TryParse(
                        text.AsSpan(start, _position - start),
                        NumberStyles.AllowLeadingSign,
                        CultureInfo.InvariantCulture,
                        out var number
                    )
                )
                    throw Wrong("number out of range");
                return new LiteralOperand(number);
            default:
                var word = PeekWord();
                if (word is not ("true" or "false" or "nil"))
                    return null;
                _position += word.Length;
                return new LiteralOperand(word == "nil" ? null : word == "true");
        }
    }

    /// <summary>Reads <c>.A.B</c>; a lone dot is an empty path.</summary>
    private string[] ParsePath()
    {
        var path = new List<string>();
        while (_position < text.Length && text[_position] == '.')
        {
            var start = ++_position;
            while (_position < text.Length && (char.IsLetterOrDigit(text[_position]) || text[_position] == '_'))
                _position++;
            if (_position > start)
                path.Add(text[start.._position]);
            else if (path.Count > 0)
                throw Wrong("unexpected . after a field");
        }
        return [.. path];
    }

    private string ParseString(char quote)
    {
        var value = new StringBuilder();
        for (_position++; _position < text.Length && text[_position] != quote; _position++)
        {
            if (text[_position] == '\\' && quote == '"' && ++_position < text.Length)
                value.Append(
                    text[_position] switch
                    {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        var other => other,
                    }
                );
            else if (_position < text.Length)
                value.Append(text[_position]);
        }
        if (_position >= text.Length)
            throw Wrong("unterminated quoted string");
        _position++;
        return value.ToString();
    }

    private void CloseAction()
    {
        SkipSpace();
        var trims = text.AsSpan(_position).StartsWith("-}}");
        if (trims)
            _position++;
        if (!text.AsSpan(_position).StartsWith("}}"))
            throw Wrong(_position >= text.Length ? "unclosed action" : $"unexpected \"{text[_position]}\" in command");
        _position += 2;
        while (trims && _position < text.Length && char.IsWhiteSpace(text[_position]))
            _position++;
    }

    private bool TrimsBefore(int open) => open + 3 < text.Length && text[open + 2] == '-' && char.IsWhiteSpace(text[open + 3]);

    private static void AddText(List<TemplateNode> nodes, string part, bool trimEnd)
    {
        if (trimEnd)
            part = part.TrimEnd();
        if (part.Length > 0)
            nodes.Add(new TextNode(part.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal)));
    }

    private string PeekWord()
    {
        SkipSpace();
        var end = _position;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
            end++;
        return text[_position..end];
    }

    private bool TryTake(char c)
    {
        SkipSpace();
        if (_position >= text.Length || text[_position] != c)
            return false;
        _position++;
        return true;
    }

    private void SkipSpace()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
            _position++;
    }

    private static FormatException Wrong(string what) => new($"template parsing error: template: :1: {what}");
}
