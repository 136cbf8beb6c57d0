using Conex.Linux.Files;

namespace Conex.Linux.Terminals;

/// <summary>A terminal's settings from before it was made raw; disposing restores them.</summary>
public sealed class TerminalSettings : IDisposable
{
    private readonly FileHandle terminal;
    private readonly byte[] settings;

    internal TerminalSettings(FileHandle terminal, byte[] settings)
    {
        this.terminal = terminal;
        this.settings = settings;
    }

    /// <summary>Restores the settings; once more does no harm.</summary>
    public void Dispose() => Terminal.Restore(terminal, settings);
}
