namespace Conex.Cli.Commands;

/// <summary>Stands in for the version that the program's build writes.</summary>
internal static partial class Release
{
    internal const string Version = "0.0.0";
}
