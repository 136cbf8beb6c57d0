using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Linux.Processes;

/// <summary>The user namespace of this process (user_namespaces(7)).</summary>
public static class UserNamespace
{
    /// <summary>PROC_USER_INIT_INO of include/linux/proc_ns.h: the first user namespace has the same number on every Linux.</summary>
    private const string Initial = "user:[4026531837]";

    /// <summary>Whether it is the host's first one: root of any other is an ordinary user there.</summary>
    public static bool IsInitial
    {
        get
        {
            try
            {
                return PathAt.ReadLink(PathAt.Current, "/proc/self/ns/user") == Initial;
            }
            catch (KernelException)
            {
                // A kernel without user namespaces.
                return true;
            }
        }
    }
}
