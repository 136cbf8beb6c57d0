using Conex.Linux.Processes;

namespace Conex.Linux.Tests.Processes;

public sealed class ProgramIdentityTests
{
    [Fact]
    public void A_program_has_an_identity_and_a_missing_one_has_none()
    {
        Assert.StartsWith(ProgramIdentity.Prefix, ProgramIdentity.OfThisProcess, StringComparison.Ordinal);
        Assert.Equal(ProgramIdentity.OfThisProcess, ProgramIdentity.Of(Environment.ProcessPath!));
        Assert.Null(ProgramIdentity.Of("/nope/conexd"));
        Assert.Null(ProgramIdentity.Of("/etc/passwd"));
    }

    [Fact]
    public void A_copy_is_the_same_build_and_another_program_is_not()
    {
        string copy = Path.GetTempFileName();
        try
        {
            File.Copy(Environment.ProcessPath!, copy, overwrite: true);
            File.SetLastWriteTimeUtc(copy, DateTime.UnixEpoch);

            Assert.Equal(ProgramIdentity.OfThisProcess, ProgramIdentity.Of(copy));
            Assert.NotEqual(ProgramIdentity.OfThisProcess, ProgramIdentity.Of("/bin/sh"));
        }
        finally
        {
            File.Delete(copy);
        }
    }

    [Fact]
    public void A_damaged_header_is_read_within_its_bounds()
    {
        byte[] head = File.ReadAllBytes(Environment.ProcessPath!)[..4096];
        string file = Path.GetTempFileName();
        try
        {
            var random = new Random(1);
            for (int i = 0; i < 2_000; i++)
            {
                byte[] damaged = [.. head];
                for (int change = 0; change < 4; change++)
                {
                    damaged[random.Next(1024)] = (byte)random.Next(256);
                }

                File.WriteAllBytes(file, damaged[..random.Next(4097)]);
                Assert.True(ProgramIdentity.Of(file) is null or { Length: <= 2 * 4096 });
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
