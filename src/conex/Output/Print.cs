using System.Text;
using Conex.Linux.Files;

namespace Conex.Cli.Output;

/// <summary>Writes text to standard output and error by write(2): System.Console would cost more than the rest of a short command.</summary>
internal static class Print
{
    internal static void Out(string text) => Write(FileHandle.StandardOutput, text);

    internal static void Error(string text) => Write(FileHandle.StandardError, text);

    internal static void Line(string text) => Out(text + "\n");

    internal static void ErrorLine(string text) => Error(text + "\n");

    private static void Write(FileHandle file, string text)
    {
        if (text.Length > 0)
            FileIo.Write(file, Encoding.UTF8.GetBytes(text));
    }
}
