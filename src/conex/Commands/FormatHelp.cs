namespace Conex.Cli.Commands;

/// <summary>What <c>--format</c> takes, for help.</summary>
internal static class FormatHelp
{
    internal const string Table = """
        Format output using a custom template:
        'table':            Print output in table format with column headers (default)
        'table TEMPLATE':   Print output in table format using the given Go template
        'json':             Print in JSON format
        'TEMPLATE':         Print output using the given Go template: fields, if, range, with, pipelines and functions
        """;

    internal const string One = """
        Format output using a custom template:
        'json':             Print in JSON format
        'TEMPLATE':         Print output using the given Go template: fields, if, range, with, pipelines and functions
        """;
}
