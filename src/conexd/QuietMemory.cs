using Conex.Api.Hosting;

namespace Conex.Daemon;

/// <summary>Gives memory back to the system after a time of work. The collector alone would keep what the last burst of requests needed, for a
/// process that mostly sleeps.</summary>
internal sealed class QuietMemory(ApiServer server)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private bool released;

    /// <summary>Releases once after each burst. Called now and then.</summary>
    internal void ReleaseWhenQuiet()
    {
        if (server.QuietTime < Quiet)
        {
            released = false;
        }
        else if (!released)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            released = true;
        }
    }
}
