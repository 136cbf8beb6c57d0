using Conex.Engine.Containers;

namespace Conex.Api.Translation;

/// <summary>Sizes of terminals.</summary>
internal static class Terminals
{
    /// <summary>Rows and columns as the API has them; null when absent or zero.</summary>
    internal static TerminalSize? Size(int[]? rowsAndColumns) =>
        rowsAndColumns is [> 0 and var rows, > 0 and var columns] ? new TerminalSize(rows, columns) : null;
}
