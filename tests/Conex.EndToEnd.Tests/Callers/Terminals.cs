using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>What a user does in the terminal of a shell in a container.</summary>
internal static class Terminals
{
    internal static void TalkAndResize(PseudoTerminal terminal)
    {
        terminal.WaitFor("# ");
        terminal.Type("tty; echo $((40+2))\n");
        terminal.WaitFor("/dev/pts/");
        terminal.WaitFor("42");
        Eventually.True(
            () =>
            {
                // A client that has asked for the size, and does not listen for changes yet, misses one; the kernel tells of real changes alone.
                terminal.Resize(30, 100);
                terminal.Resize(31, 101);
                terminal.Type("stty size\n");
                return terminal.Screen.Contains("31 101", StringComparison.Ordinal);
            },
            "the new size arrived"
        );
    }
}
