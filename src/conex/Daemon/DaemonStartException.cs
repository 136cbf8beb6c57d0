namespace Conex.Cli.Daemon;

/// <summary>The daemon does not run and cannot be started; the message is the daemon's own where it has one.</summary>
internal sealed class DaemonStartException(string message, Exception? reason = null) : Exception(message, reason);
