namespace Conex.CommandLine.Values;

/// <summary>The spellings of true and false that pflag takes (Go's strconv.ParseBool).</summary>
public static class BooleanText
{
    /// <returns>Null for any other text.</returns>
    public static bool? Parse(string text) =>
        text switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
            _ => null,
        };
}
