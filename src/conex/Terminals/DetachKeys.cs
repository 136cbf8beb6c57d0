namespace Conex.Cli.Terminals;

/// <summary>Finds the keys that end an attachment in what is typed, and holds back a start of them until it is clear what follows.</summary>
internal sealed class DetachKeys
{
    private readonly byte[] _keys;
    private int _matched;

    private DetachKeys(byte[] keys) => _keys = keys;

    /// <summary>Reads <c>ctrl-p,ctrl-q</c>: letters, and <c>ctrl-</c> with a letter or one of <c>@ [ \ ] ^ _</c>.</summary>
    /// <param name="text">The keys; null or empty means ctrl-p and ctrl-q.</param>
    /// <exception cref="FormatException">A key is unknown.</exception>
    internal static DetachKeys Parse(string? text)
    {
        var names = (string.IsNullOrEmpty(text) ? "ctrl-p,ctrl-q" : text).Split(',');
        return new DetachKeys(Array.ConvertAll(names, Key));
    }

    /// <summary>Takes typed bytes, and gives those to be sent.</summary>
    /// <param name="typed">What was read.</param>
    /// <param name="send">Takes the bytes to send.</param>
    /// <returns>True when the keys were typed; what follows them is dropped.</returns>
    internal bool Take(ReadOnlySpan<byte> typed, List<byte> send)
    {
        foreach (var key in typed)
        {
            if (key != _keys[_matched])
            {
                send.AddRange(_keys.AsSpan(0, _matched));
                _matched = 0;
            }
            if (key != _keys[_matched])
                send.Add(key);
            else if (++_matched == _keys.Length)
                return true;
        }
        return false;
    }

    private static byte Key(string name)
    {
        if (name.Length == 1)
            return (byte)name[0];
        if (name.StartsWith("ctrl-", StringComparison.Ordinal) && name.Length == 6)
        {
            var c = name[5];
            if (c is >= 'a' and <= 'z')
                return (byte)(c - 'a' + 1);
            if (c is '@' or '[' or '\\' or ']' or '^' or '_')
                return (byte)(c - '@');
        }
        throw new FormatException($"invalid detach keys: unknown key '{name}'");
    }
}
