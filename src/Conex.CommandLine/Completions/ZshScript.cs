using System.Text;

namespace Conex.CommandLine.Completions;

/// <summary>The script for zsh: works in a directory of <c>$fpath</c> and by <c>source</c>.</summary>
internal static class ZshScript
{
    internal static void Append(StringBuilder text, string program, List<CompletionNode> nodes)
    {
        var function = "_" + program.Replace('-', '_');
        text.Append($"#compdef {program}\n# zsh completion for {program}\n\n");
        text.Append($"{function}_table() {{\n");
        text.Append("    subcommands=() flags=() valued=() files=() containers=() running=() images=() argument= repeats=\n");
        text.Append("    case \"$1\" in\n");
        foreach (var node in nodes)
        {
            text.Append($"    (\"{node.Path}\")\n");
            AppendArray(text, "subcommands", node.Children.ConvertAll(static c => Described(c.Name, c.Description)));
            var flags = new List<string>();
            foreach (var option in node.Options)
            {
                foreach (var spelling in CompletionNode.Spellings(option).Split(' '))
                    flags.Add(Described(spelling, option.Description));
            }
            AppendArray(text, "flags", flags);
            AppendArray(text, "valued", node.Options.FindAll(static o => o.Kind != OptionKind.Flag).ConvertAll(CompletionNode.Spellings));
            foreach (var (source, word) in CompletionNode.Sources)
                AppendArray(text, word, node.Options.FindAll(o => o.Completes == source).ConvertAll(CompletionNode.Spellings));
            if (node.Command.Completes != CompletionSource.None)
                text.Append($"        argument={CompletionNode.Word(node.Command.Completes)}\n");
            if (node.Command.CompletesAll)
                text.Append("        repeats=1\n");
            text.Append("        ;;\n");
        }
        text.Append(
            $$"""
                (*) return 1 ;;
                esac
            }

            {{function}}_propose() {
                local -a names
                case "$1" in
                (files) _files ;;
                (containers) names=(${(f)"$({{program}} ps -a --format '{{"{{.Names}}"}}' 2>/dev/null)"}); compadd -a names ;;
                (running) names=(${(f)"$({{program}} ps --format '{{"{{.Names}}"}}' 2>/dev/null)"}); compadd -a names ;;
                (images) names=(${(f)"$({{program}} images --format '{{"{{.Repository}}:{{.Tag}}"}}' 2>/dev/null)"}); compadd -a names ;;
                esac
            }

            {{function}}() {
                local -a subcommands flags valued files containers running images
                local argument repeats pending word kind path_of_command i
                integer arguments=0
                {{function}}_table ""
                for ((i = 2; i < CURRENT; i++)); do
                    word=${words[i]}
                    if [[ -n $pending ]]; then pending=; continue; fi
                    case $word in
                    (-*) (( ${valued[(Ie)$word]} )) && pending=$word ;;
                    (*)
                        if (( ${#subcommands[(r)$word:*]} )); then
                            path_of_command="${path_of_command:+$path_of_command }$word"
                            {{function}}_table "$path_of_command"
                        else
                            (( arguments += 1 ))
                        fi
                        ;;
                    esac
                done
                if [[ -n $pending ]]; then
                    for kind in files containers running images; do
                        [[ " ${(P)kind} " == *" $pending "* ]] && {{function}}_propose $kind
                    done
                elif [[ ${words[CURRENT]} == -* ]]; then
                    _describe option flags
                elif (( ${#subcommands} )); then
                    _describe command subcommands
                elif (( arguments == 0 )) || [[ -n $repeats ]]; then
                    {{function}}_propose "$argument"
                fi
            }

            if [[ ${funcstack[1]} == {{function}} ]]; then
                {{function}} "$@"
            else
                compdef {{function}} {{program}}
            fi

            """
        );
    }

    private static void AppendArray(StringBuilder text, string variable, List<string> words)
    {
        if (words.Count > 0)
            text.Append($"        {variable}=({string.Join(' ', words)})\n");
    }

    /// <summary>A quoted <c>word:description</c>.</summary>
    private static string Described(string word, string description)
    {
        var line = description.Split('\n')[0].Replace("'", "'\\''", StringComparison.Ordinal);
        return $"'{word}:{line}'";
    }
}
