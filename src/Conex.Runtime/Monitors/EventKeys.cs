namespace Conex.Runtime.Monitors;

/// <summary>Under which number each descriptor is in the epoll set. Numbers from 0 on are connections.</summary>
internal static class EventKeys
{
    internal const long Listener = -1;
    internal const long Signals = -2;
    internal const long Process = -3;
    internal const long Input = -4;
    internal const long Output = -5;
    internal const long ErrorOutput = -6;
}
