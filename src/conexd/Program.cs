using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Linux.Memory;

namespace Conex.Daemon;

internal static class Program
{
    private const int LargeBlock = 1 << 20;

    private static int Main(string[] words)
    {
        var program = new CommandProgram(DaemonCommand.Root(Run)) { OptionErrorCode = 2, ArgumentErrorCode = 2 };
        return program.Run(words, Print(FileHandle.StandardOutput), Print(FileHandle.StandardError));
    }

    private static int Run(DaemonOptions options)
    {
        // Those who expand layers take a window of several megabytes for each.
        NativeHeap.ReturnBlocksFrom(LargeBlock);
        return Daemon.RunAsync(options).GetAwaiter().GetResult();
    }

    private static Action<string> Print(FileHandle file) => text => FileIo.Write(file, System.Text.Encoding.UTF8.GetBytes(text));
}
