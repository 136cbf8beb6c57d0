using System.Text;

namespace Conex.CommandLine.Completions;

/// <summary>The script for bash. It needs nothing but bash itself.</summary>
internal static class BashScript
{
    internal static void Append(StringBuilder text, string program, List<CompletionNode> nodes)
    {
        var function = "_" + program.Replace('-', '_');
        text.Append($"# bash completion for {program}\n\n");
        text.Append($"{function}_table() {{\n");
        text.Append("    commands= flags= valued= files= containers= running= images= argument= repeats=\n");
        text.Append("    case \"$1\" in\n");
        foreach (var node in nodes)
        {
            text.Append($"    \"{node.Path}\")\n");
            AppendWords(text, "commands", node.Children, static child => child.Name);
            AppendWords(text, "flags", node.Options, CompletionNode.Spellings);
            AppendWords(text, "valued", node.Options.FindAll(static o => o.Kind != OptionKind.Flag), CompletionNode.Spellings);
            foreach (var (source, word) in CompletionNode.Sources)
                AppendWords(text, word, node.Options.FindAll(o => o.Completes == source), CompletionNode.Spellings);
            if (node.Command.Completes != CompletionSource.None)
                text.Append($"        argument={CompletionNode.Word(node.Command.Completes)}\n");
            if (node.Command.CompletesAll)
                text.Append("        repeats=1\n");
            text.Append("        ;;\n");
        }
        text.Append(
            $$"""
                *) return 1 ;;
                esac
            }

            {{function}}_propose() {
                case "$1" in
                files) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$2")) ;;
                containers) COMPREPLY=($(compgen -W "$({{program}} ps -a --format '{{"{{.Names}}"}}' 2>/dev/null)" -- "$2")) ;;
                running) COMPREPLY=($(compgen -W "$({{program}} ps --format '{{"{{.Names}}"}}' 2>/dev/null)" -- "$2")) ;;
                images) COMPREPLY=($(compgen -W "$({{program}} images --format '{{"{{.Repository}}:{{.Tag}}"}}' 2>/dev/null)" -- "$2")) ;;
                esac
            }

            {{function}}() {
                local commands flags valued files containers running images argument repeats
                local path= arguments=0 pending= word i
                local current="${COMP_WORDS[COMP_CWORD]}"
                COMPREPLY=()
                {{function}}_table ""
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word="${COMP_WORDS[i]}"
                    if [[ $word == = ]]; then continue; fi
                    if [[ -n $pending ]]; then pending=; continue; fi
                    case "$word" in
                    -*) [[ " $valued " == *" $word "* ]] && pending=$word ;;
                    *)
                        if [[ " $commands " == *" $word "* ]]; then
                            path="${path:+$path }$word"
                            {{function}}_table "$path"
                        else
                            arguments=$((arguments + 1))
                        fi
                        ;;
                    esac
                done
                [[ $current == = ]] && current=
                if [[ -n $pending ]]; then
                    for word in files containers running images; do
                        [[ " ${!word} " == *" $pending "* ]] && {{function}}_propose "$word" "$current"
                    done
                elif [[ $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$flags" -- "$current"))
                elif [[ -n $commands ]]; then
                    COMPREPLY=($(compgen -W "$commands" -- "$current"))
                elif [[ $arguments == 0 || -n $repeats ]]; then
                    {{function}}_propose "$argument" "$current"
                fi
            }

            complete -o bashdefault -F {{function}} {{program}}

            """
        );
    }

    private static void AppendWords<T>(StringBuilder text, string variable, List<T> items, Func<T, string> word)
    {
        if (items.Count == 0)
            return;
        text.Append($"        {variable}=\"");
        for (var i = 0; i < items.Count; i++)
            text.Append(i == 0 ? "" : " ").Append(word(items[i]));
        text.Append("\"\n");
    }
}
