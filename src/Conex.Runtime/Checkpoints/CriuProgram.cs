using Conex.Linux.Files;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Checkpoints;

/// <summary>The program that writes processes down and brings them back (criu.org).</summary>
/// <param name="Path">Its file, absolute.</param>
public sealed record CriuProgram(string Path)
{
    /// <summary>The first whose answers tell its version, as runc demands it.</summary>
    private static readonly CriuVersion Oldest = new(3, 0, 0);

    /// <summary>What it said of itself.</summary>
    public CriuVersion Version { get; private init; }

    /// <summary>Looks for it; null when there is none.</summary>
    /// <param name="given">Its file, or null to search PATH for <c>criu</c>.</param>
    public static CriuProgram? TryFind(string? given)
    {
        if (!string.IsNullOrEmpty(given))
        {
            return IsFile(given) ? new CriuProgram(System.IO.Path.GetFullPath(given)) : null;
        }
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            string path = $"{(directory.Length == 0 ? "." : directory)}/criu";
            if (IsFile(path))
            {
                return new CriuProgram(System.IO.Path.GetFullPath(path));
            }
        }
        return null;
    }

    /// <summary>Finds it and asks for its version.</summary>
    /// <exception cref="CheckpointException">There is none, it is too old, or it does not answer.</exception>
    public static CriuProgram Open(string? given)
    {
        if (TryFind(given) is not { } program)
        {
            throw new CheckpointException(
                string.IsNullOrEmpty(given)
                    ? "checkpoint and restore need criu, which is not on PATH: install the package criu, or name the program with --criu"
                    : $"checkpoint and restore need criu, and --criu {given} is no file"
            );
        }
        CriuVersion version = program.AskVersion();
        return version >= Oldest
            ? program with
            {
                Version = version,
            }
            : throw new CheckpointException($"{program.Path} is criu {version}, and criu {Oldest} or newer is needed: install a newer one");
    }

    /// <summary>Asks for the version.</summary>
    /// <exception cref="CheckpointException">It does not answer.</exception>
    public CriuVersion AskVersion() => Ask(new CriuRequest(CriuRequestType.Version).ToArray()).Version;

    internal CriuFeatures AskFeatures() => Ask(CriuRequest.FeatureQuestion()).Features;

    private CriuAnswer Ask(byte[] question)
    {
        using var signals = HookSignals.Open();
        using var session = CriuSession.Start(this, signals);
        CriuAnswer answer = session.Ask(question, (_, _) => { });
        return answer.Success ? answer : throw new CheckpointException($"{Path} does not answer what it can do: {answer.ErrorText}");
    }

    private static bool IsFile(string path) => PathAt.Status(path) is { IsDirectory: false };
}
