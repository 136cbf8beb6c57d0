namespace Conex.Linux.Processes;

/// <summary>Signals as people write them: <c>9</c>, <c>KILL</c>, <c>SIGKILL</c>, <c>RTMIN+3</c>.</summary>
public static class SignalName
{
    private const int RealTimeMinimum = 34;
    private const int RealTimeMaximum = 64;

    /// <summary>Reads a signal's number or name, in any case, with or without <c>SIG</c>.</summary>
    /// <returns>False when there is no such signal.</returns>
    public static bool TryParse(string text, out Signal signal)
    {
        if (int.TryParse(text, System.Globalization.NumberStyles.None, null, out int number))
        {
            signal = (Signal)number;
            return number is > 0 and <= RealTimeMaximum;
        }
        string name = text.ToUpperInvariant();
        if (!name.StartsWith("SIG", StringComparison.Ordinal))
        {
            name = $"SIG{name}";
        }
        if (name.StartsWith("SIGRTM", StringComparison.Ordinal))
        {
            return TryParseRealTime(name.AsSpan("SIGRTM".Length), out signal);
        }
        name = name switch
        {
            "SIGCLD" => "SIGCHLD",
            "SIGIOT" => "SIGABRT",
            "SIGPOLL" => "SIGIO",
            _ => name,
        };
        return Enum.TryParse(name, out signal) && signal != Signal.None && char.IsAsciiLetter(name[3]);
    }

    private static bool TryParseRealTime(ReadOnlySpan<char> rest, out Signal signal)
    {
        signal = Signal.None;
        bool fromMinimum = rest.StartsWith("IN");
        if (!fromMinimum && !rest.StartsWith("AX"))
        {
            return false;
        }
        rest = rest[2..];
        int offset = 0;
        if (rest.Length > 0 && (rest[0] != (fromMinimum ? '+' : '-') || !int.TryParse(rest[1..], out offset)))
        {
            return false;
        }
        int number = fromMinimum ? RealTimeMinimum + offset : RealTimeMaximum - offset;
        signal = (Signal)number;
        return number is >= RealTimeMinimum and <= RealTimeMaximum;
    }
}
