namespace Conex.Linux.DBus;

/// <summary>A peer on D-Bus refused a call, did not answer in time, or does not speak the protocol.</summary>
/// <param name="name">The error's name, as <c>org.freedesktop.systemd1.NoSuchUnit</c>; empty when the peer sent none.</param>
/// <param name="message">A sentence: what was tried, why it did not work.</param>
public sealed class DBusException(string name, string message) : Exception(message)
{
    /// <summary>The error's name; empty when the peer sent none.</summary>
    public string Name { get; } = name;
}
