namespace Conex.CommandLine;

/// <summary>What an option takes and what a second use of it means.</summary>
public enum OptionKind
{
    /// <summary>On or off: <c>--rm</c>, <c>--rm=false</c>. Never takes the next argument.</summary>
    Flag,

    /// <summary>One text; the last use wins.</summary>
    Text,

    /// <summary>One whole number of 64 bits; the last use wins.</summary>
    Integer,

    /// <summary>Any number of texts, kept in the order given.</summary>
    List,
}
