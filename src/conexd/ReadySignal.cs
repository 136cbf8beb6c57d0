using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Daemon;

/// <summary>Tells the program that started the daemon how it went: <c>+ready</c>, <c>=</c> when another daemon serves already, or a sentence.</summary>
internal sealed class ReadySignal(int? descriptor) : IDisposable
{
    private FileHandle? file = descriptor is { } number ? new FileHandle(number) : null;

    internal void Serves() => Tell("+ready\n");

    internal void AnotherServes() => Tell("=another conexd serves already\n");

    /// <summary>Without a descriptor the sentence goes to standard error.</summary>
    internal void Failed(string sentence)
    {
        file ??= FileHandle.StandardError;
        Tell($"{sentence}\n");
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    private void Tell(string text)
    {
        if (file is null)
        {
            return;
        }

        try
        {
            FileIo.Write(file, Encoding.UTF8.GetBytes(text));
        }
        catch (KernelException)
        {
            // The starter has left; the daemon serves all the same.
        }

        file.Dispose();
        file = null;
    }
}
