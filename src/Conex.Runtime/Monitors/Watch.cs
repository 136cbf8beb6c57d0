using Conex.Linux.Files;
using Conex.Linux.Polling;

namespace Conex.Runtime.Monitors;

/// <summary>One descriptor in the epoll set and what is wanted of it; the kernel is told only of changes.</summary>
/// <remarks>
/// epoll(7) reports errors and hang-ups of everything in the set, asked or not. A descriptor of which nothing is wanted is therefore taken
/// out: a hang-up that nobody handles would wake the loop again at once, for ever.
/// </remarks>
internal sealed class Watch(Epoll epoll, FileHandle file, long key)
{
    /// <summary>EPOLLET of epoll_ctl(2).</summary>
    private const Readiness EdgeTriggered = (Readiness)0x80000000;

    private Readiness current;
    private bool inSet;

    internal bool Reading { get; set; }

    internal bool Writing { get; set; }

    /// <summary>Whether a hang-up alone is of interest.</summary>
    internal bool HangUps { get; set; }

    /// <summary>Whether only changes are reported.</summary>
    internal bool OnlyChanges { get; set; }

    /// <summary>Brings the epoll set up to date.</summary>
    internal void Update()
    {
        bool wanted = Reading || Writing || HangUps;
        Readiness interest =
            (Reading ? Readiness.Readable : Readiness.None)
            | (Writing ? Readiness.Writable : Readiness.None)
            | (OnlyChanges ? EdgeTriggered : Readiness.None);
        if (wanted && !inSet)
        {
            epoll.Add(file, interest, key);
        }
        else if (!wanted && inSet)
        {
            epoll.Remove(file);
        }
        else if (wanted && interest != current)
        {
            epoll.Change(file, interest, key);
        }
        inSet = wanted;
        current = interest;
    }

    /// <summary>Takes the descriptor out, before it is closed.</summary>
    internal void Drop()
    {
        Reading = Writing = HangUps = false;
        Update();
    }
}
