namespace Conex.CommandLine;

/// <summary>How options are spelt.</summary>
public enum Grammar
{
    /// <summary>docker's: <c>--name value</c>, <c>--name=value</c>, one-letter clusters such as <c>-itd</c>, <c>-p80:80</c>.</summary>
    Posix,

    /// <summary>runc's: as <see cref="Posix"/>, and a long name may follow a single dash: <c>-root /run/runc</c>.</summary>
    SingleDash,
}
