using Conex.Linux.Seccomp;
using Conex.Linux.Seccomp.SyscallTables;

namespace Conex.Linux.Tests.Seccomp;

public sealed class SyscallTableTests
{
    [Theory]
    [InlineData("read", 0, 3)]
    [InlineData("_llseek", null, 140)]
    [InlineData("accept", 43, null)]
    [InlineData("accept4", 288, 364)]
    [InlineData("writev", 20, 146)]
    [InlineData("uretprobe", 335, null)]
    [InlineData("socketcall", null, 102)]
    [InlineData("cachestat", 451, 451)]
    [InlineData("removexattrat", 466, 466)]
    [InlineData("file_setattr", 469, 469)]
    [InlineData("rea", null, null)]
    [InlineData("readx", null, null)]
    [InlineData("", null, null)]
    [InlineData("zzz", null, null)]
    public void A_name_has_its_number_on_each_architecture(string name, int? x86_64, int? i386)
    {
        Assert.Equal(x86_64, Number(SeccompArchitecture.X86_64, name));
        Assert.Equal(i386, Number(SeccompArchitecture.I386, name));
    }

    [Fact]
    public void Every_number_leads_to_its_name_and_back()
    {
        int found = 0;
        foreach (SeccompArchitecture architecture in Enum.GetValues<SeccompArchitecture>())
        {
            for (int number = 0; number < 1000; number++)
            {
                if (SyscallTable.GetName(architecture, number) is { } name)
                {
                    Assert.Equal(number, Number(architecture, name));
                    found++;
                }
            }
        }
        Assert.InRange(found, 800, 1000);
    }

    private static int? Number(SeccompArchitecture architecture, string name) =>
        SyscallTable.TryGetNumber(architecture, name, out int number) ? number : null;
}
