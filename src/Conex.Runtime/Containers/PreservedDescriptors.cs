using Conex.Linux.Files;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Containers;

/// <summary>Descriptors of the caller that the payload inherits: from 3 on those of socket activation, then those of <c>--preserve-fds</c>.</summary>
internal static class PreservedDescriptors
{
    /// <exception cref="InvalidSpecException">One is not open.</exception>
    internal static void Check(int activation, int preserved)
    {
        if (preserved < 0)
        {
            throw new InvalidSpecException("--preserve-fds must not be negative");
        }
        int first = 3 + activation;
        for (int fd = 3; fd < first + preserved; fd++)
        {
            if (PathAt.Status($"/proc/self/fd/{fd}", follow: false) is null)
            {
                throw new InvalidSpecException(
                    fd < first
                        ? $"LISTEN_FDS={activation}: descriptor {fd} is not open"
                        : $"--preserve-fds {preserved}: descriptor {fd} is not open"
                );
            }
        }
    }
}
