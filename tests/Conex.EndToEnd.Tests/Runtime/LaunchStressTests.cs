using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A child between clone3 and execve enters nothing of the .NET runtime: it would wait there for ever.</summary>
public sealed class LaunchStressTests
{
    private const string Starts = "6000";

    [Fact]
    public void Thousands_of_starts_succeed_while_other_threads_allocate_and_collect()
    {
        Machine.RequireRoot();
        CommandResult result = RunningProgram.Run(Product.LaunchStress, [Starts], patience: TimeSpan.FromMinutes(10));
        Assert.Contains("0 failed", result.Text, StringComparison.Ordinal);
        Assert.StartsWith($"{Starts} starts, ", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 collections", result.Text, StringComparison.Ordinal);
    }
}
