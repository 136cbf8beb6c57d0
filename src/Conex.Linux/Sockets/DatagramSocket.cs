using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Linux.Raw;

namespace Conex.Linux.Sockets;

/// <summary>AF_UNIX sockets for single messages (SOCK_DGRAM), as sd_notify(3) uses them.</summary>
public static unsafe class DatagramSocket
{
    /// <summary>Binds a socket to a path; everybody may send to it.</summary>
    /// <exception cref="KernelException">EADDRINUSE: something has that name.</exception>
    public static UnixSocket Bind(string path)
    {
        UnixSocket socket = New();
        uint before = CurrentProcess.SetUmask(0);
        try
        {
            byte* address = stackalloc byte[UnixSocket.AddressSize];
            using FileHandle? directory = UnixSocket.Address(path, address, out int length, out Errno error);
            if (length == 0)
            {
                throw new KernelException("listen on", path, error);
            }
            KernelCall.Check(Libc.bind(socket.Descriptor, address, length), "listen on", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            _ = CurrentProcess.SetUmask(before);
        }
    }

    /// <summary>Connects to a socket, so that what is sent goes there.</summary>
    /// <param name="path">A path, or a name in the abstract name space after an <c>@</c> (unix(7)).</param>
    /// <exception cref="KernelException">ENOENT: no such socket; ECONNREFUSED: nobody reads.</exception>
    public static UnixSocket Connect(string path)
    {
        UnixSocket socket = New();
        byte* address = stackalloc byte[UnixSocket.AddressSize];
        using FileHandle? directory = UnixSocket.Address(path, address, out int length, out Errno error);
        if (length > 0 && path[0] == '@')
        {
            address[2] = 0;
            // The name ends with its length, not with a NUL.
            length--;
        }
        if (length == 0 || Libc.connect(socket.Descriptor, address, length) != 0)
        {
            error = length == 0 ? error : KernelCall.LastError;
            socket.Dispose();
            throw new KernelException("connect to", path, error);
        }
        return socket;
    }

    private static UnixSocket New() =>
        new(KernelCall.Check(Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0), "make a socket"));
}
