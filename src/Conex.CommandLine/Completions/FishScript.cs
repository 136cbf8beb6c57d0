using System.Text;

namespace Conex.CommandLine.Completions;

/// <summary>The script for fish.</summary>
internal static class FishScript
{
    internal static void Append(StringBuilder text, string program, List<CompletionNode> nodes)
    {
        var function = "__" + program.Replace('-', '_');
        text.Append($"# fish completion for {program}\n\n");
        AppendWalk(text, program, function, nodes);
        text.Append($"complete -c {program} -f\n");
        foreach (var node in nodes)
        {
            var at = $"complete -c {program} -n '{function}_at \"{node.Path}\"'";
            foreach (var child in node.Children)
                text.Append($"{at} -a {child.Name} -d {Quoted(child.Description)}\n");
            foreach (var option in node.Options)
            {
                text.Append($"{at} -l {option.Name}");
                if (option.Letter != '\0')
                    text.Append($" -s {option.Letter}");
                if (option.Kind != OptionKind.Flag)
                    text.Append(" -r").Append(Proposal(function, option.Completes));
                text.Append($" -d {Quoted(option.Description)}\n");
            }
            if (node.Command.Completes != CompletionSource.None)
            {
                var once = node.Command.CompletesAll ? "" : $"; and {function}_first";
                text.Append($"complete -c {program} -n '{function}_at \"{node.Path}\"{once}'");
                text.Append(Proposal(function, node.Command.Completes)).Append('\n');
            }
        }
    }

    private static void AppendWalk(StringBuilder text, string program, string function, List<CompletionNode> nodes)
    {
        text.Append(
            $$"""
            function {{function}}_containers; {{program}} ps -a --format '{{"{{.Names}}"}}' 2>/dev/null; end
            function {{function}}_running; {{program}} ps --format '{{"{{.Names}}"}}' 2>/dev/null; end
            function {{function}}_images; {{program}} images --format '{{"{{.Repository}}:{{.Tag}}"}}' 2>/dev/null; end

            function {{function}}_children
                switch "$argv"

            """
        );
        foreach (var node in nodes)
        {
            if (node.Children.Count > 0)
                text.Append(
                    $"        case '{node.Path}'; string split ' ' '{string.Join(' ', node.Children.ConvertAll(static c => c.Name))}'\n"
                );
        }
        text.Append($"    end\nend\n\nfunction {function}_valued\n    switch \"$argv\"\n");
        foreach (var node in nodes)
        {
            var valued = node.Options.FindAll(static o => o.Kind != OptionKind.Flag).ConvertAll(CompletionNode.Spellings);
            if (valued.Count > 0)
                text.Append($"        case '{node.Path}'; string split ' ' -- '{string.Join(' ', valued)}'\n");
        }
        text.Append(
            $$"""
                end
            end

            # The command on the line, and how many arguments follow it.
            function {{function}}_walk
                set -g {{function}}_path
                set -g {{function}}_arguments 0
                set -l pending 0
                for word in (commandline -opc)[2..-1]
                    if test $pending = 1
                        set pending 0
                    else if string match -q -- '-*' $word
                        contains -- $word ({{function}}_valued "${{function}}_path"); and set pending 1
                    else if contains -- $word ({{function}}_children "${{function}}_path")
                        set -a {{function}}_path $word
                    else
                        set {{function}}_arguments (math ${{function}}_arguments + 1)
                    end
                end
            end

            function {{function}}_at
                {{function}}_walk
                test "${{function}}_path" = "$argv[1]"
            end

            function {{function}}_first
                test ${{function}}_arguments = 0
            end


            """
        );
    }

    private static string Proposal(string function, CompletionSource source) =>
        source switch
        {
            CompletionSource.None => "",
            CompletionSource.Files => " -F",
            _ => $" -a '({function}_{CompletionNode.Word(source)})'",
        };

    private static string Quoted(string description) =>
        "'"
        + description.Split('\n')[0].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
        + "'";
}
