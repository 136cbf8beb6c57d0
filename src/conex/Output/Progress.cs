using System.Globalization;
using System.Text;
using Conex.DockerApi.Contracts;
using Conex.Linux.Files;
using Conex.Linux.Terminals;

namespace Conex.Cli.Output;

/// <summary>Prints the progress of pull, load and import: in a terminal one line for each layer, rewritten in place.</summary>
/// <param name="print">Takes the text.</param>
/// <param name="file">Where the text goes, to know whether it is a terminal.</param>
internal sealed class Progress(Action<string> print, FileHandle file)
{
    private readonly bool _terminal = Terminal.IsTerminal(file);
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, Pace> _paces = [];

    /// <exception cref="CommandException">The engine reports an error in the stream.</exception>
    internal void Print(IEnumerable<JsonMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.ErrorDetail?.Message is { Length: > 0 } detail)
                throw new CommandException(detail);
            if (message.Error is { Length: > 0 } error)
                throw new CommandException(error);
            if (message.Stream is { } stream)
                print(stream);
            else if (message.Status is { } status)
                PrintStatus(message, status);
        }
    }

    private void PrintStatus(JsonMessage message, string status)
    {
        var moves = message.ProgressDetail is { Current: > 0 } or { Total: > 0 };
        if (moves && message.Id is { } mover && !_paces.ContainsKey(mover + status))
            _paces[mover + status] = new Pace(TimeProvider.System, message.ProgressDetail!.Current ?? 0);
        if (!_terminal)
        {
            if (!moves)
                print(message.Id is { Length: > 0 } id ? $"{id}: {status}\n" : $"{status}\n");
            return;
        }
        if (message.Id is not { Length: > 0 } line)
        {
            _lines.Clear();
            print(status + "\n");
            return;
        }
        var text = moves
            ? $"{line}: {status} {Amount(message.ProgressDetail!)}{_paces[line + status].Text(message.ProgressDetail!)}"
            : $"{line}: {status}";
        var place = _lines.IndexOf(line);
        if (place < 0)
        {
            _lines.Add(line);
            print(text + "\n");
            return;
        }
        // Up to the layer's line, clear it, write it, and back down.
        var up = (_lines.Count - place).ToString(CultureInfo.InvariantCulture);
        print($"\x1b[{up}A\r\x1b[2K{text}\x1b[{up}B\r");
    }

    private static string Amount(ProgressDetail detail)
    {
        var current = detail.Current ?? 0;
        if (detail.Total is not > 0)
            return SizeText.Decimal(current);
        const int width = 20;
        var filled = (int)Math.Clamp(current * width / detail.Total.Value, 0, width);
        return new StringBuilder("[")
            .Append('=', filled)
            .Append(' ', width - filled)
            .Append($"] {SizeText.Decimal(current)}/{SizeText.Decimal(detail.Total.Value)}")
            .ToString();
    }
}
