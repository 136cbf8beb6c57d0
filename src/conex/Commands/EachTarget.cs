using Conex.Cli.Output;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary>Does the same to several things: prints each that succeeded, reports each that did not, and goes on.</summary>
internal static class EachTarget
{
    /// <returns>1 when one of them failed.</returns>
    internal static int Run(string[] targets, Action<string> action) =>
        RunAndPrint(
            targets,
            target =>
            {
                action(target);
                return target;
            }
        );

    /// <inheritdoc cref="Run"/>
    internal static int RunAndPrint(string[] targets, Func<string, string?> action)
    {
        var code = 0;
        foreach (var target in targets)
        {
            try
            {
                if (action(target) is { } line)
                    Print.Line(line);
            }
            catch (Exception failure) when (failure is EngineException or EngineUnreachableException or CommandException)
            {
                Print.ErrorLine(Failures.Sentence(failure)!);
                code = 1;
            }
        }
        return code;
    }
}
