using Conex.Linux.Cgroups;
using Conex.Linux.Errors;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Tests.Fuzzing;

/// <summary>Which errors a document may lead to.</summary>
internal static class FuzzErrors
{
    /// <summary>Those whose message a command prints and that no defect raises.</summary>
    internal static bool IsForTheUser(Exception e) =>
        e is InvalidSpecException or LaunchException or FormatException or CgroupException or KernelException;

    internal static void AssertSentence(Exception e)
    {
        Assert.NotEqual("", e.Message);
        // .NET's own words: "Arg_…", "(Parameter 'x')", "The input string '…' was not in a correct format."
        Assert.DoesNotContain("(Parameter '", e.Message, StringComparison.Ordinal);
        Assert.False(e.TargetSite?.DeclaringType?.Namespace?.StartsWith("System", StringComparison.Ordinal), e.ToString());
    }
}
