namespace Conex.Cli.Templates;

internal abstract record TemplateNode;

internal sealed record TextNode(string Text) : TemplateNode;

internal sealed record ValueNode(Pipeline Pipeline) : TemplateNode;

internal sealed record IfNode(Pipeline Condition, List<TemplateNode> Then, List<TemplateNode> Else) : TemplateNode;

internal sealed record WithNode(Pipeline Value, List<TemplateNode> Then, List<TemplateNode> Else) : TemplateNode;

internal sealed record RangeNode(Pipeline List, List<TemplateNode> Body, List<TemplateNode> Else) : TemplateNode;

/// <summary>Calls in a row; each gets the result of the one before as its last argument.</summary>
internal sealed record Pipeline(List<TemplateCall> Calls)
{
    internal object? Evaluate(object? root, object? dot)
    {
        object? result = null;
        for (var i = 0; i < Calls.Count; i++)
        {
            var arguments = new List<object?>(Calls[i].Arguments.Count + 1);
            foreach (var argument in Calls[i].Arguments)
                arguments.Add(argument.Evaluate(root, dot));
            if (i > 0)
                arguments.Add(result);
            result = Calls[i].Function is { } function ? TemplateFunctions.Call(function, arguments) : arguments[0];
        }
        return result;
    }
}

/// <summary>A function with its arguments, or a lone operand when there is no function.</summary>
internal sealed record TemplateCall(string? Function, List<Operand> Arguments);

internal abstract record Operand
{
    internal abstract object? Evaluate(object? root, object? dot);
}

internal sealed record LiteralOperand(object? Value) : Operand
{
    internal override object? Evaluate(object? root, object? dot) => Value;
}

/// <summary>Fields from the current value, or from the whole data after <c>$</c>.</summary>
internal sealed record FieldOperand(bool FromRoot, string[] Path) : Operand
{
    internal override object? Evaluate(object? root, object? dot)
    {
        var value = FromRoot ? root : dot;
        foreach (var name in Path)
            value = TemplateValue.Field(value, name);
        return value;
    }
}

internal sealed record PipelineOperand(Pipeline Pipeline, string[] Path) : Operand
{
    internal override object? Evaluate(object? root, object? dot)
    {
        var value = Pipeline.Evaluate(root, dot);
        foreach (var name in Path)
            value = TemplateValue.Field(value, name);
        return value;
    }
}
