using System.Globalization;
using Conex.Linux.Processes;
using Conex.Linux.Terminals;

namespace Conex.Runtime.Monitors;

/// <summary>What a control connection can ask for.</summary>
internal enum ControlVerb
{
    Start,
    Kill,
    KillAll,
    Resize,
}

/// <summary>One line of a control connection.</summary>
internal readonly record struct ControlRequest(ControlVerb Verb, Signal Signal, WindowSize Size)
{
    private const int LargestSignal = 64;

    /// <summary>Reads <c>start</c>, <c>kill 15</c>, <c>killall 9</c> or <c>resize 24 80</c>.</summary>
    /// <returns>False with the sentence that says what is wrong.</returns>
    internal static bool TryParse(ReadOnlySpan<byte> line, out ControlRequest request, out string? error)
    {
        int space = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> verb = space < 0 ? line : line[..space];
        ReadOnlySpan<byte> arguments = space < 0 ? [] : line[(space + 1)..];
        request = default;
        error = null;
        if (verb.SequenceEqual("start"u8))
        {
            error = space < 0 ? null : "start takes no argument";
        }
        else if (verb.SequenceEqual("kill"u8) || verb.SequenceEqual("killall"u8))
        {
            bool valid = TryNumber(arguments, LargestSignal, out int signal) && signal > 0;
            error = valid ? null : "a signal is a number from 1 to 64";
            request = new ControlRequest(verb.Length == "kill"u8.Length ? ControlVerb.Kill : ControlVerb.KillAll, (Signal)signal, default);
        }
        else if (verb.SequenceEqual("resize"u8))
        {
            int second = arguments.IndexOf((byte)' ');
            int columns = 0;
            bool valid =
                TryNumber(arguments[..Math.Max(second, 0)], ushort.MaxValue, out int rows)
                && TryNumber(arguments[(second + 1)..], ushort.MaxValue, out columns);
            error = valid ? null : "a size is two numbers from 0 to 65535, rows and columns";
            request = new ControlRequest(ControlVerb.Resize, Signal.None, new WindowSize((ushort)rows, (ushort)columns));
        }
        else
        {
            error = "the request is not one of start, kill, killall and resize";
        }
        return error is null;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, int largest, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= largest;
}
