using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace ConexRuntime;

/// <summary>Standard output and error, written straight to their descriptors.</summary>
internal static class Output
{
    internal static void Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    internal static void Bytes(ReadOnlySpan<byte> bytes) => FileIo.Write(FileHandle.StandardOutput, bytes, "standard output");

    internal static void Error(string text)
    {
        try
        {
            FileIo.Write(FileHandle.StandardError, Encoding.UTF8.GetBytes(text));
        }
        catch (KernelException)
        {
            // Nobody is left to tell.
        }
    }
}
