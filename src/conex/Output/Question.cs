using Conex.Linux.Files;

namespace Conex.Cli.Output;

/// <summary>Asks before something is removed.</summary>
internal static class Question
{
    /// <returns>Whether the answer begins with y; no answer is no.</returns>
    internal static bool IsAnsweredYes(string warning)
    {
        Print.Out($"{warning}\nAre you sure you want to continue? [y/N] ");
        var answer = new List<byte>();
        Span<byte> one = stackalloc byte[1];
        while (answer.Count < 80 && FileIo.Read(FileHandle.StandardInput, one) == 1 && one[0] != (byte)'\n')
            answer.Add(one[0]);
        return System.Text.Encoding.UTF8.GetString([.. answer]).Trim().ToLowerInvariant() is "y" or "yes";
    }
}
