using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Resources;

/// <summary>Limits of setrlimit(2) as <c>--ulimit</c> names them.</summary>
internal static class ResourceLimitNames
{
    private static readonly string[] Known =
    [
        "as",
        "core",
        "cpu",
        "data",
        "fsize",
        "locks",
        "memlock",
        "msgqueue",
        "nice",
        "nofile",
        "nproc",
        "rss",
        "rtprio",
        "rttime",
        "sigpending",
        "stack",
    ];

    /// <exception cref="InvalidRequestException">No such limit, or a soft one above the hard one.</exception>
    internal static IReadOnlyList<Rlimit>? From(IReadOnlyList<Ulimit>? ulimits) => ulimits is null or [] ? null : [.. ulimits.Select(From)];

    private static Rlimit From(Ulimit ulimit)
    {
        if (Array.IndexOf(Known, ulimit.Name) < 0)
        {
            throw new InvalidRequestException($"invalid ulimit type: {ulimit.Name}");
        }
        // -1 is RLIM_INFINITY, 2^64-1, in both.
        ulong soft = unchecked((ulong)ulimit.Soft);
        ulong hard = unchecked((ulong)ulimit.Hard);
        if (soft > hard)
        {
            throw new InvalidRequestException($"ulimit soft limit must be less than or equal to hard limit: {ulimit.Soft} > {ulimit.Hard}");
        }
        return new Rlimit
        {
            Type = $"RLIMIT_{ulimit.Name.ToUpperInvariant()}",
            Soft = soft,
            Hard = hard,
        };
    }
}
