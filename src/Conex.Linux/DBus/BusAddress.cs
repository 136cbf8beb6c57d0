using System.Text;

namespace Conex.Linux.DBus;

/// <summary>A list of addresses as <c>DBUS_SESSION_BUS_ADDRESS</c> holds it (D-Bus Specification, "Server Addresses").</summary>
public static class BusAddress
{
    /// <summary>The sockets that it names, in its order, as <see cref="DBusConnection.TryOpen"/> takes them: those of unix transports by path
    /// or by name in the abstract namespace. Others are left out.</summary>
    public static IEnumerable<string> Sockets(string list)
    {
        const string transport = "unix:";
        foreach (string address in list.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!address.StartsWith(transport, StringComparison.Ordinal))
            {
                continue;
            }
            foreach (string setting in address[transport.Length..].Split(','))
            {
                if (setting.StartsWith("path=", StringComparison.Ordinal))
                {
                    yield return Unescape(setting["path=".Length..]);
                }
                else if (setting.StartsWith("abstract=", StringComparison.Ordinal))
                {
                    yield return "\0" + Unescape(setting["abstract=".Length..]);
                }
            }
        }
    }

    /// <summary>Bytes may stand as % and two hexadecimal digits.</summary>
    private static string Unescape(string value)
    {
        if (!value.Contains('%'))
        {
            return value;
        }
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            bool isEscape = bytes[i] == '%' && i + 2 < bytes.Length && IsHexadecimal(bytes[i + 1]) && IsHexadecimal(bytes[i + 2]);
            bytes[length++] = isEscape ? Convert.ToByte(Encoding.ASCII.GetString(bytes, i + 1, 2), 16) : bytes[i];
            i += isEscape ? 2 : 0;
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static bool IsHexadecimal(byte letter) => char.IsAsciiHexDigit((char)letter);
}
