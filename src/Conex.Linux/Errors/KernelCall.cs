using System.Runtime.InteropServices;

namespace Conex.Linux.Errors;

/// <summary>Turns the C convention of -1 and errno into exceptions.</summary>
internal static class KernelCall
{
    /// <summary>The errno that the last P/Invoke of this thread left.</summary>
    internal static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>Returns <paramref name="result"/>, or throws when it is -1.</summary>
    /// <exception cref="KernelException">The call failed.</exception>
    internal static long Check(long result, string action, string? target = null) =>
        result == -1 ? throw new KernelException(action, target, LastError) : result;

    /// <inheritdoc cref="Check(long, string, string?)"/>
    internal static int Check(int result, string action, string? target = null) =>
        result == -1 ? throw new KernelException(action, target, LastError) : result;
}
