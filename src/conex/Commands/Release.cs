using Conex.Linux.Processes;

namespace Conex.Cli.Commands;

/// <summary>What this program is.</summary>
internal static partial class Release
{
    /// <summary>The newest API that its requests follow.</summary>
    internal const string ApiVersion = "1.51";

    /// <summary>Tells this build from others.</summary>
    internal static string Build => ProgramIdentity.OfThisProcess?[ProgramIdentity.Prefix.Length..] ?? "";
}
