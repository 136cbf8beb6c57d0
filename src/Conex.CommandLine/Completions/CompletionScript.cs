using System.Text;

namespace Conex.CommandLine.Completions;

/// <summary>Completion scripts, written from the same table that parses the line.</summary>
public static class CompletionScript
{
    /// <summary>The shells there are scripts for.</summary>
    public static IReadOnlyList<string> Shells => ["bash", "zsh", "fish"];

    /// <summary>The script for <paramref name="shell"/>, or null when there is none.</summary>
    /// <param name="shell">One of <see cref="Shells"/>.</param>
    /// <param name="root">The program's root command.</param>
    public static string? For(string shell, Command root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var nodes = CompletionNode.AllOf(root);
        var text = new StringBuilder(32 * 1024);
        switch (shell)
        {
            case "bash":
                BashScript.Append(text, root.Name, nodes);
                break;
            case "zsh":
                ZshScript.Append(text, root.Name, nodes);
                break;
            case "fish":
                FishScript.Append(text, root.Name, nodes);
                break;
            default:
                return null;
        }
        return text.ToString();
    }
}
